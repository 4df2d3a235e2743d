package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads share a single sample by rows of its images; that must not show. */
final class SingleSampleTest {
    private static final int SAMPLES = 3;

    static Iterable<AutoencoderSpec> models() {
        return List.of(Presets.cifar10Cnn("cifar"), Presets.mnistCnn("mnist"), Presets.sequenceLstm("lstm"));
    }

    @ParameterizedTest
    @MethodSource("models")
    void oneSampleHasTheBitsThatItHasInABatchAtAnyNumberOfThreads(AutoencoderSpec spec) {
        Autoencoder model = Autoencoder.initialize(spec, Normalization.NONE, new RandomSource(7));
        int size = spec.input().size();
        float[] numbers = new float[SAMPLES * size];
        RandomGenerator random = new RandomSource(7).stream("samples", 0);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat();
        }
        Samples samples = (index, into, offset) -> System.arraycopy(numbers, index * size, into, offset, size);

        float[] together = new float[SAMPLES * size];
        try (Inference inference = Inference.of(model, 1)) {
            inference.reconstruct(samples, 0, SAMPLES, together);
        }
        for (int threads = 1; threads <= 3; threads++) {
            try (Inference inference = Inference.of(model, threads)) {
                for (int i = 0; i < SAMPLES; i++) {
                    float[] alone = new float[size];
                    inference.reconstruct(samples, i, 1, alone);
                    assertThat(alone)
                            .as("sample %d at %d threads", i, threads)
                            .isEqualTo(Arrays.copyOfRange(together, i * size, (i + 1) * size));
                }
            }
        }
    }
}
