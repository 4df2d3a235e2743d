package dev.hourglass.server.samples;

import dev.hourglass.evaluate.errors.SampleError;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.OpenModel;
import java.util.List;
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
        @Nullable Double ssim,
        List<Output> outputs) {
    /**
     * One output of a model that has several.
     *
     * @param is what it was trained to become, in words; empty where that is not known
     * @param expected what it should be, and by how much it isn't; null where that is not known
     */
    record Output(
            String name,
            String is,
            int[] shape,
            float[] values,
            float @Nullable [] expected,
            @Nullable Double mse,
            @Nullable Double mae) {
        static Output of(EvaluationTarget.Output output) {
            float[] expected = output.expected();
            SampleError error = expected == null ? null : SampleError.of(expected, output.values(), 0);
            return new Output(
                    output.name(),
                    output.is(),
                    output.shape().toArray(),
                    output.values(),
                    expected,
                    error == null ? null : error.mse(),
                    error == null ? null : error.mae());
        }
    }

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
                Answers.orNull(similarity.ssim(input, rebuilt)),
                target.outputs(index).stream().map(Output::of).toList());
    }
}
