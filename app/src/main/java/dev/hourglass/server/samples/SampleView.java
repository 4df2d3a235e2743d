package dev.hourglass.server.samples;

import dev.hourglass.evaluate.errors.SampleError;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.OpenModel;
import org.jspecify.annotations.Nullable;

/** One sample with its code and reconstruction. */
record SampleView(
        int index,
        @Nullable Integer label,
        @Nullable String name,
        int[] shape,
        int[] latentShape,
        float[] input,
        float[] code,
        float[] reconstruction,
        double mse,
        double mae,
        @Nullable Double psnrDecibels,
        @Nullable Double ssim) {
    static SampleView of(EvaluationTarget target, int index) {
        target.requireIndex(index);
        OpenModel model = target.model();
        float[] input = target.sample(index);
        float[] code = model.encode(input, 1);
        float[] rebuilt = model.reconstruct(input, 1);
        SampleError error = SampleError.of(input, rebuilt, 0);
        SampleSimilarity similarity = target.similarity();
        return new SampleView(
                index,
                target.label(index),
                target.name(index),
                model.input().toArray(),
                model.latent().toArray(),
                input,
                code,
                rebuilt,
                error.mse(),
                error.mae(),
                Answers.orNull(similarity.psnrDecibels(error.mse())),
                Answers.orNull(similarity.ssim(input, rebuilt)));
    }
}
