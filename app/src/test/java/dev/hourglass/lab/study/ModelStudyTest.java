package dev.hourglass.lab.study;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.lab.LabException;
import dev.hourglass.lab.Splits;
import dev.hourglass.tensor.Shape;
import org.junit.jupiter.api.Test;

class ModelStudyTest {
    @Test
    void aComparisonThatNoMemoryHoldsIsRefused() {
        Splits splits = windows(100_000, 90_000);

        assertThatThrownBy(() -> ModelStudy.requireMemory(splits, 50_000))
                .isInstanceOf(LabException.class)
                .hasMessageStartingWith(
                        "The comparison with PCA of 50,000 components needs 381,469 MB of memory for samples"
                                + " [100000, 1] of series, found ")
                .hasMessageEndingWith(
                        " MB in all. Make the waist narrower or the samples smaller, or give Java more with"
                                + " HOURGLASS_JAVA_OPTS=-Xmx373g.");
    }

    @Test
    void fewComponentsOfManyNumbersAndFewSamplesFitAnyMemory() {
        assertThatCode(() -> ModelStudy.requireMemory(windows(100_000, 90_000), 16))
                .doesNotThrowAnyException();
        assertThatCode(() -> ModelStudy.requireMemory(windows(100_000, 3), 50_000))
                .doesNotThrowAnyException();
    }

    /** Overlapping ones, which take no memory of their own. */
    private static Splits windows(int steps, int count) {
        Dataset samples = FloatDataset.of("series", Shape.of(1), new float[steps + count - 1])
                .windows(steps, 1);
        return new Splits(samples, samples);
    }
}
