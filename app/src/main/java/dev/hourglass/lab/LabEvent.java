package dev.hourglass.lab;

import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.train.EpochPlace;
import dev.hourglass.train.TrainEvent;
import java.nio.file.Path;
import java.util.List;

/** What a run reports while it is in progress, in order, on the thread that called {@link Lab#run}. */
public sealed interface LabEvent {
    /** The data set is being fetched; nothing comes when it is at hand. */
    record Fetching(FetchEvent event) implements LabEvent {}

    /** The samples are there and fit the models. */
    record DataOpened(Recipe.Data data, int trainingSamples, int testSamples) implements LabEvent {}

    /** @param number from 1 */
    record ModelStarted(AutoencoderSpec spec, int number, int models) implements LabEvent {}

    /**
     * Training of a model goes on from a checkpoint.
     *
     * @param place where it stands
     * @param over whether nothing is left to do
     * @param warnings sentences about checkpoints that are damaged
     */
    record TakenUp(String model, EpochPlace place, boolean over, List<String> warnings) implements LabEvent {
        public TakenUp {
            warnings = List.copyOf(warnings);
        }
    }

    record Training(TrainEvent event) implements LabEvent {}

    /** @param task what takes a while now, such as {@code Fitting PCA with 392 components to 60,000 samples} */
    record Working(String task) implements LabEvent {}

    /**
     * How far a piece of work is that counts.
     *
     * @param task such as {@code t-SNE of cnn's codes}
     * @param done of the total; the last event of a task has all
     */
    record Progress(String task, int done, int total) implements LabEvent {}

    /**
     * Models will be trained again with other latent sizes.
     *
     * @param epochs of each training
     * @param seconds that all of them will take, by the time that the models took
     */
    record SweepAnnounced(List<String> models, List<Integer> latentSizes, int epochs, double seconds)
            implements LabEvent {}

    /** Something went wrong that the run goes on without. */
    record Notice(String text) implements LabEvent {}

    /**
     * The run is over and its folder whole.
     *
     * @param findings what the numbers say, a sentence each
     */
    record Finished(RunResult result, List<String> findings, Path folder) implements LabEvent {}
}
