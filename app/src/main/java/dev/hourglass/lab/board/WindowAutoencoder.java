package dev.hourglass.lab.board;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.Points;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trainer;
import java.util.List;

/** An autoencoder of dense layers, trained on normal samples alone, and the errors with which it rebuilds others. */
final class WindowAutoencoder {
    private WindowAutoencoder() {}

    /** Layers of size, hidden, code, hidden and size. */
    static AutoencoderSpec dense(int size, int hidden, int code) {
        return new AutoencoderSpec(
                "dense",
                Shape.of(size),
                List.of(new Dense("enc", hidden, Activation.RELU), new Dense("code", code, Activation.LINEAR)),
                List.of(new Dense("dec", hidden, Activation.RELU), new Dense("out", size, Activation.LINEAR)));
    }

    static Autoencoder train(AutoencoderSpec spec, Points training, TrainOptions options) {
        FloatDataset data = data(spec, training);
        return Trainer.train(spec, data, data.limit(1), options, event -> {}).model();
    }

    /** @param validation share of the samples, the last ones, that are not learned from but decide when training stops */
    static Autoencoder train(AutoencoderSpec spec, Points training, double validation, TrainOptions options) {
        FloatDataset data = data(spec, training);
        int learned = data.size() - (int) Math.ceil(validation * data.size());
        return Trainer.train(spec, data.range(0, learned), data.range(learned, data.size()), options, event -> {})
                .model();
    }

    private static FloatDataset data(AutoencoderSpec spec, Points samples) {
        return FloatDataset.of("windows", spec.input(), samples.toArray());
    }

    /** [sample][number], row-major. */
    static float[] rebuilt(Autoencoder model, Points samples) {
        float[] rebuilt = new float[samples.count() * samples.dimensions()];
        Dataset data = data(model.spec(), samples);
        try (Inference inference = Inference.of(model, 1)) {
            inference.reconstruct(data::copySample, 0, samples.count(), rebuilt);
        }
        return rebuilt;
    }

    /** [sample][number of the code]. */
    static Points codes(Autoencoder model, Points samples) {
        int size = model.spec().latentSize();
        float[] codes = new float[samples.count() * size];
        Dataset data = data(model.spec(), samples);
        try (Inference inference = Inference.of(model, 1)) {
            inference.encode(data::copySample, 0, samples.count(), codes);
        }
        return Points.of(codes, size);
    }
}
