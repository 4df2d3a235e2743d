package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.series.Scaling;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloatDatasetTest {
    private static final FloatDataset SERIES =
            FloatDataset.of("series", Shape.of(2), new float[] {0, 10, 2, 30, 4, 20, 6, 50, 100, 1000});

    @Test
    void windowsOfASeriesOverlapByTheirStride() {
        FloatDataset windows = SERIES.windows(3, 2);

        assertThat(windows.size()).isEqualTo(2);
        assertThat(windows.sampleShape()).isEqualTo(Shape.of(3, 2));
        assertThat(sample(windows, 1)).containsExactly(4, 20, 6, 50, 100, 1000);
        assertThat(SERIES.windows(3, 3).size()).isEqualTo(1);
        assertThat(SERIES.windows(5, 1).size()).isEqualTo(1);
    }

    @Test
    void aWindowLongerThanTheSeriesIsRefused() {
        assertThatThrownBy(() -> SERIES.windows(6, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "A window of 6 steps needs a series of at least as many steps, each [features]; 'series' has 5"
                                + " of [2]. Choose shorter windows or a longer series.");
    }

    @Test
    void scalesFittedToTheTrainingPartAreUsedForAll() {
        Normalization minMax = Scaling.MIN_MAX.fit(SERIES.range(0, 4));

        assertThat(minMax.scales()).containsExactly(1 / 6.0, 1 / 40.0);
        assertThat(minMax.offsets()).containsExactly(-0.0, -0.25);
        FloatDataset scaled = SERIES.withNormalization(minMax);
        assertThat(sample(scaled, 1)).containsExactly(2 / 6f, 0.5f);
        assertThat(sample(scaled, 4)[1]).isEqualTo(24.75f);
        assertThat(sample(scaled.windows(2, 2), 1)).startsWith(4 * (1 / 6f), 0.25f);
    }

    @Test
    void standardizedChannelsHaveMean0AndVariance1() {
        FloatDataset part = SERIES.range(0, 4);
        FloatDataset scaled = part.withNormalization(Scaling.STANDARDIZE.fit(part));

        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 4; i++) {
            sum += sample(scaled, i)[1];
            squares += Math.pow(sample(scaled, i)[1], 2);
        }

        assertThat(sum / 4).isBetween(-1e-6, 1e-6);
        assertThat(squares / 4).isBetween(1 - 1e-6, 1 + 1e-6);
    }

    @Test
    void aChannelThatNeverChangesIsOnlyShifted() {
        FloatDataset flat = FloatDataset.of("flat", Shape.of(2), new float[] {5, 1, 5, 3});

        assertThat(Scaling.MIN_MAX.fit(flat)).isEqualTo(new Normalization(List.of(1.0, 0.5), List.of(-5.0, -0.5)));
        assertThat(Scaling.STANDARDIZE.fit(flat)).isEqualTo(new Normalization(List.of(1.0, 1.0), List.of(-5.0, -2.0)));
    }

    @Test
    void scalesOfAnotherNumberOfChannelsAreRefused() {
        Normalization three = new Normalization(List.of(1.0, 1.0, 2.0), List.of(0.0, 0.0, 0.0));

        assertThatThrownBy(() -> SERIES.withNormalization(three))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "Samples [2] of data set 'series' have 2 channels and can't be normalized with scales for 3."
                                + " Take the data that the scales were fitted to.");
    }

    @Test
    void restoreTakesNormalizationBack() {
        float[] values = {1, 2, 3, 4};
        Normalization perChannel = new Normalization(List.of(2.0, -4.0), List.of(1.0, 0.5));

        perChannel.apply(values, 0, 4);
        assertThat(values).containsExactly(3, -7.5f, 7, -15.5f);
        perChannel.restore(values, 0, 4);
        assertThat(values).containsExactly(1, 2, 3, 4);

        float[] pixels = {0, 51, 255};
        Normalization.PIXELS.apply(pixels, 0, 3);
        assertThat(pixels).containsExactly(0, 0.2f, 1);
        Normalization.PIXELS.restore(pixels, 0, 3);
        assertThat(pixels).containsExactly(0, 51, 255);
    }

    @Test
    void rangesKeepTheirLabels() {
        FloatDataset labelled = SERIES.withLabels(new int[] {4, 3, 2, 1, 0}, List.of("a", "b", "c", "d", "e"));

        FloatDataset range = labelled.range(1, 3);

        assertThat(range.size()).isEqualTo(2);
        assertThat(range.label(0)).isEqualTo(3);
        assertThat(sample(range, 0)).containsExactly(2, 30);
        assertThat(labelled.limit(2).label(1)).isEqualTo(3);
        assertThatThrownBy(() -> SERIES.withLabels(new int[3], List.of())).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> SERIES.label(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> SERIES.range(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theDigestIsOverFloatsAndLabels() {
        FloatDataset same = FloatDataset.of("other name", Shape.of(2), new float[] {0, 10, 2, 30});

        assertThat(SERIES.limit(2).sha256()).isEqualTo(same.sha256());
        assertThat(same.withLabels(new int[] {0, 1}, List.of()).sha256()).isNotEqualTo(same.sha256());
    }

    private static float[] sample(Dataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }
}
