package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.Evaluation;
import dev.hourglass.evaluate.ReconstructionError;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.report.Sweep;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Trains a model anew for each of several latent sizes. */
final class LatentSweep {
    private final Recipe.Sweep wanted;
    private final Telling telling;

    LatentSweep(Recipe.Sweep wanted, Telling telling) {
        this.wanted = wanted;
        this.telling = telling;
    }

    /**
     * The model with another latent size. Only where the waist is a vector that one layer makes can its size be any.
     *
     * @return empty if this model's waist is of another kind, or its decoder takes one size only
     */
    static Optional<AutoencoderSpec> resized(AutoencoderSpec spec, int latentSize) {
        List<LayerSpec> encoder = new ArrayList<>(spec.encoder());
        LayerSpec waist = encoder.removeLast();
        if (waist instanceof LayerSpec.Dense dense && spec.latent().rank() == 1) {
            encoder.add(new LayerSpec.Dense(dense.name(), latentSize, dense.activation()));
        } else if (waist instanceof LayerSpec.Lstm lstm && !lstm.returnSequences()) {
            encoder.add(new LayerSpec.Lstm(lstm.name(), latentSize, false));
        } else {
            return Optional.empty();
        }
        try {
            return Optional.of(new AutoencoderSpec(spec.name(), spec.input(), encoder, spec.decoder()));
        } catch (ShapeException e) {
            return Optional.empty();
        }
    }

    /** How many epochs the sweep over a model takes; 0 if it cannot be made. */
    int epochs(ModelRecipe model) {
        return specs(model).size() * wanted.epochs();
    }

    private List<AutoencoderSpec> specs(ModelRecipe model) {
        return wanted.latentSizes().stream()
                .flatMap(size -> resized(model.spec(), size).stream())
                .toList();
    }

    /** @param pcaMse of PCA with k components at place k */
    Sweep run(ModelRecipe model, Splits splits, List<Double> pcaMse) {
        List<AutoencoderSpec> specs = specs(model);
        TrainOptions options = model.training().withEpochs(wanted.epochs());
        List<Sweep.Point> points = new ArrayList<>();
        for (AutoencoderSpec spec : specs) {
            Dataset training = splits.training().reshaped(spec.input());
            Dataset test = splits.test().reshaped(spec.input());
            String task = "Sweep: " + model.name() + " with latent size " + spec.latentSize();
            int steps = wanted.epochs() * Math.ceilDiv(training.size(), options.batchSize());
            IntConsumer progress = telling.progress(task, steps);
            TrainResult result = Trainer.train(spec, training, test, options, event -> {
                if (event instanceof TrainEvent.StepFinished step) {
                    progress.accept((step.epoch() - 1) * step.steps() + step.step());
                }
            });
            ReconstructionError error = Evaluation.reconstruction(result.model(), test, options.threads());
            points.add(new Sweep.Point(
                    spec.latentSize(),
                    error.mse(),
                    error.mae(),
                    result.history().totalSeconds()));
        }
        return new Sweep(points, wanted.epochs(), pcaMse);
    }
}
