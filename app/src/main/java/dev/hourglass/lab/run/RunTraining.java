package dev.hourglass.lab.run;

import dev.hourglass.data.Dataset;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.LabException;
import dev.hourglass.lab.LabOptions;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingDivergedException;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import dev.hourglass.train.UnsuitableTrainingException;
import dev.hourglass.train.checkpoints.Checkpoint;
import dev.hourglass.train.checkpoints.Checkpointer;
import dev.hourglass.train.checkpoints.Checkpoints;
import dev.hourglass.train.checkpoints.CheckpointsLostException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a run's models are trained: each from where its checkpoints in the run folder end, which may be the beginning or
 * the end. What is computed and written afterwards does not depend on where training was taken up.
 */
public final class RunTraining {
    private final RunFolder folder;
    private final RunJournal journal;
    private final boolean force;
    private final LabOptions options;
    private final Consumer<LabEvent> listener;

    /** @param force whether checkpoints with other settings are gone on from */
    public RunTraining(
            RunFolder folder, RunJournal journal, boolean force, LabOptions options, Consumer<LabEvent> listener) {
        this.folder = folder;
        this.journal = journal;
        this.force = force;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Trains a model to its end.
     *
     * @param training in the shape of the model's input
     * @param test likewise
     * @throws LabException if its checkpoints can't be used or training diverged
     * @throws dev.hourglass.train.TrainingInterruptedException if it was told to stop
     */
    public TrainResult train(ModelRecipe model, Dataset training, Dataset test) {
        Checkpoints checkpoints = folder.checkpoints(model.name());
        TrainingState start = start(model, training, checkpoints);
        Checkpointer.Schedule schedule =
                schedule().withKeepEpochs(journal.recipe().outputs().epochs());
        return train(
                start,
                model,
                training,
                test,
                checkpoints,
                schedule,
                event -> listener.accept(new LabEvent.Training(event)));
    }

    /**
     * Trains a model of a sweep to its end, from where its own checkpoints end.
     *
     * @param model with the latent size that it shall have
     * @param task what to call it
     * @param progress told what happens
     * @throws LabException as {@link #train} does
     * @throws dev.hourglass.train.TrainingInterruptedException likewise
     */
    public TrainResult trainOfSweep(
            ModelRecipe model, String task, Dataset training, Dataset test, Consumer<TrainEvent> progress) {
        Checkpoints checkpoints = ofSweep(model);
        TrainingState start = takenUp(task, model, training, checkpoints)
                .orElseGet(() -> TrainingState.fresh(model.spec(), training.normalization(), model.training()));
        return train(start, model, training, test, checkpoints, schedule(), progress);
    }

    /** Below those of the model itself, so that no other model's name can get in the way. */
    private Checkpoints ofSweep(ModelRecipe model) {
        return folder.checkpoints(model.name() + "/latent-" + model.spec().latentSize());
    }

    private Checkpointer.Schedule schedule() {
        return Checkpointer.Schedule.DEFAULT.withEvery(options.checkpointEvery());
    }

    private TrainResult train(
            TrainingState start,
            ModelRecipe model,
            Dataset training,
            Dataset test,
            Checkpoints checkpoints,
            Checkpointer.Schedule schedule,
            Consumer<TrainEvent> told) {
        Checkpointer checkpointer =
                new Checkpointer(checkpoints, journal.settings(), schedule, options.control(), told);
        try {
            TrainingWatch watch = (moment, place, state) -> {
                folder.look();
                checkpointer.look(moment, place, state);
            };
            return Trainer.train(start, training, test, model.training(), watch, told);
        } catch (CheckpointsLostException e) {
            folder.requireOurs();
            throw new LabException(Failures.reason(e), e);
        } catch (UnsuitableTrainingException e) {
            throw new LabException(Failures.reason(e), e);
        } catch (TrainingDivergedException e) {
            throw new LabException(e.getMessage() + lastGood(checkpoints), e);
        }
    }

    private TrainingState start(ModelRecipe model, Dataset training, Checkpoints checkpoints) {
        Optional<TrainingState> found = takenUp(model.name(), model, training, checkpoints);
        if (found.isPresent()) {
            return found.get();
        }
        Fork fork = journal.fork();
        return fork != null && fork.model().equals(model.name())
                ? takenOver(fork, model, training, checkpoints)
                : TrainingState.fresh(model.spec(), training.normalization(), model.training());
    }

    /** @param name what to call what goes on */
    private Optional<TrainingState> takenUp(String name, ModelRecipe model, Dataset training, Checkpoints checkpoints) {
        Optional<Checkpoints.Found> found;
        try {
            found = checkpoints.newest(model.spec(), training.normalization());
        } catch (CorruptFileException e) {
            throw new LabException(Failures.reason(e), e);
        } catch (IOException e) {
            throw unreadable(checkpoints.folder(), e);
        }
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Checkpoint checkpoint = found.get().checkpoint();
        if (!force) {
            requireSame(folder.asGiven(), checkpoint.differences(journal.settings()));
        }
        TrainingState state = checkpoint.state();
        listener.accept(new LabEvent.TakenUp(
                name, state.place(), state.isOver(model.training()), found.get().warnings()));
        return Optional.of(state);
    }

    /**
     * Leaves only each model's last checkpoint, from which it could be trained on.
     *
     * @param ofSweeps models whose checkpoints are of no use when the run is over
     * @throws LabException if the others can't be removed
     */
    public void removeOlderCheckpoints(List<ModelRecipe> ofSweeps) {
        try {
            for (ModelRecipe model : journal.recipe().models()) {
                folder.checkpoints(model.name()).removeOlder();
            }
            for (ModelRecipe model : ofSweeps) {
                ofSweep(model).remove();
            }
        } catch (IOException e) {
            throw RunFolder.notWritten(folder.path().resolve("checkpoints"), e);
        }
    }

    /** The other run's state, which becomes the first checkpoint of this one. */
    private TrainingState takenOver(Fork fork, ModelRecipe model, Dataset training, Checkpoints checkpoints) {
        try {
            Checkpoints others = RunFolder.checkpoints(ConfinedFolder.open(fork.run()), fork.model());
            TrainingState state = others.atEndOf(fork.epoch(), model.spec(), training.normalization())
                    .orElseThrow(() -> new LabException(
                            "Run " + fork.run() + " did not keep epoch " + fork.epoch() + " of '" + fork.model()
                                    + "'. Choose one that it kept, or train it with 'outputs: {epochs: true}'."))
                    .state()
                    .forOther(model.training());
            checkpoints.keepEpoch(new Checkpoint(journal.settings(), state));
            listener.accept(new LabEvent.TakenUp(model.name(), state.place(), false, List.of()));
            return state;
        } catch (IOException e) {
            throw unreadable(fork.run(), e);
        } catch (CorruptFileException e) {
            throw new LabException(Failures.reason(e), e);
        }
    }

    /** @throws LabException that shows them, if there are any */
    public static void requireSame(Path run, List<String> differences) {
        if (!differences.isEmpty()) {
            throw new LabException("Run " + run + " can't continue to the same weights: "
                    + String.join("; ", differences) + ". Undo the change, or accept it with --force-resume.");
        }
    }

    private static String lastGood(Checkpoints checkpoints) {
        String none = " There was no checkpoint yet. Try a smaller learning rate.";
        try {
            return checkpoints
                    .newestFile()
                    .map(file -> " The last good checkpoint is " + file + ".")
                    .orElse(none);
        } catch (IOException e) {
            return none;
        }
    }

    private static LabException unreadable(Path checkpoints, IOException e) {
        return new LabException(
                e instanceof RefusedFileException refused
                        ? refused.getMessage() + ". It is not a checkpoint of this model's training."
                        : "Checkpoints in " + checkpoints + " cannot be read: " + Failures.reason(e)
                                + ". Check the disk.",
                e);
    }
}
