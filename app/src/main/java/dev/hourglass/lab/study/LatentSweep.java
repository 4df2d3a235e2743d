package dev.hourglass.lab.study;

import dev.hourglass.evaluate.errors.Evaluation;
import dev.hourglass.evaluate.errors.ReconstructionError;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.LabException;
import dev.hourglass.lab.Splits;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.run.RunTraining;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.report.results.Sweep;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.TrainingDivergedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Trains a model from scratch for each of several latent sizes. */
public final class LatentSweep {
    private final Recipe.Sweep wanted;
    private final RunTraining training;
    private final ProgressReporter reporter;

    public LatentSweep(Recipe.Sweep wanted, RunTraining training, ProgressReporter reporter) {
        this.wanted = wanted;
        this.training = training;
        this.reporter = reporter;
    }

    /**
     * The model with another latent size. Only where the waist is a vector that one layer makes can its size be any.
     *
     * @return empty if this model's waist is of another kind, its decoder takes one size only, or a sample has fewer
     *     numbers
     */
    static Optional<AutoencoderSpec> resized(AutoencoderSpec spec, int latentSize) {
        if (latentSize > spec.input().size()) {
            return Optional.empty();
        }
        Optional<LayerSpec> resized =
                spec.facts().layers().get(spec.encoderLayers() - 1).resized(latentSize);
        LayerSpec waist = spec.encoder().getLast();
        boolean isShared = spec.graph().uses(waist.name()).size() > 1;
        if (resized.isEmpty() || isShared) {
            return Optional.empty();
        }
        List<Graph.Node> nodes = spec.graph().nodes().stream()
                .map(node -> node.name().equals(spec.waist())
                        ? new Graph.Node(node.name(), resized.get(), node.inputs())
                        : node)
                .toList();
        try {
            Graph graph = new Graph(
                    spec.graph().inputs(),
                    nodes,
                    spec.graph().outputs(),
                    spec.graph().variables());
            return Optional.of(new AutoencoderSpec(spec.name(), graph, spec.waist()));
        } catch (ShapeException e) {
            return Optional.empty();
        }
    }

    /** How many epochs the sweep over a model takes; 0 if it cannot be made. */
    public int epochs(ModelRecipe model) {
        return sized(wanted, model).size() * wanted.epochs();
    }

    /** The models that a sweep over one trains, by growing latent size. */
    public static List<ModelRecipe> sized(Recipe.Sweep wanted, ModelRecipe model) {
        return wanted.latentSizes().stream()
                .flatMap(size -> resized(model.spec(), size).stream())
                .map(spec -> model.withSpec(spec).withTraining(model.training().withEpochs(wanted.epochs())))
                .toList();
    }

    /** @param pcaMse of PCA with k components at place k */
    public Sweep run(ModelRecipe model, Splits splits, List<Double> pcaMse) {
        List<Sweep.Point> points = new ArrayList<>();
        for (ModelRecipe sized : sized(wanted, model)) {
            points.add(pointOrNone(sized, splits.reshaped(sized.spec().input())));
        }
        return new Sweep(points, wanted.epochs(), pcaMse);
    }

    /** A training that diverges costs the sweep its point, and not the run what came before. */
    private Sweep.Point pointOrNone(ModelRecipe model, Splits splits) {
        try {
            return point(model, splits);
        } catch (LabException e) {
            if (!(e.getCause() instanceof TrainingDivergedException diverged)) {
                throw e;
            }
            int size = model.spec().latentSize();
            reporter.report(new LabEvent.Notice("Sweep: no point for " + model.name() + " with latent size " + size
                    + ". " + diverged.getMessage() + " Try a smaller learning rate."));
            return new Sweep.Point(size, Double.NaN, Double.NaN, Double.NaN);
        }
    }

    private Sweep.Point point(ModelRecipe model, Splits splits) {
        int size = model.spec().latentSize();
        String task = "Sweep: " + model.name() + " with latent size " + size;
        int steps = wanted.epochs()
                * Math.ceilDiv(splits.training().size(), model.training().batchSize());
        IntConsumer progress = reporter.progress(task, steps);
        TrainResult result = training.trainOfSweep(model, task, splits.training(), splits.test(), event -> {
            switch (event) {
                case TrainEvent.StepFinished step -> progress.accept((step.epoch() - 1) * step.steps() + step.step());
                case TrainEvent.Warned ignored -> {}
                case TrainEvent.Waiting wait -> reporter.report(new LabEvent.Training(wait));
                case TrainEvent.Resumed resumed -> reporter.report(new LabEvent.Training(resumed));
                case TrainEvent.Started ignored -> {}
                case TrainEvent.EpochStarted ignored -> {}
                case TrainEvent.EpochFinished ignored -> {}
                case TrainEvent.Finished ignored -> {}
            }
        });
        ReconstructionError error = Evaluation.reconstruction(
                result.model(), splits.test(), model.training().threads());
        return new Sweep.Point(size, error.mse(), error.mae(), result.history().totalSeconds());
    }
}
