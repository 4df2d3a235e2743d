package dev.hourglass.evaluate.tsne;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.RandomSource;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FourierTransformTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6, 8, 12, 48, 64, 96})
    void forwardGivesEveryFrequencyOnceAndInverseGivesTheColumnsBack(int length) {
        int columns = 5;
        float[][] re = random(length, columns, 1);
        float[][] im = random(length, columns, 2);
        float[][] originalRe = copy(re);
        float[][] originalIm = copy(im);
        FourierTransform transform = new FourierTransform(length);

        transform.forward(re, im);
        int[] frequencies = frequencies(transform);
        assertThat(frequencies)
                .containsExactlyInAnyOrder(IntStream.range(0, length).toArray());
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < length; row++) {
                double sumRe = 0;
                double sumIm = 0;
                for (int k = 0; k < length; k++) {
                    double angle = -2 * Math.PI * k * frequencies[row] / length;
                    sumRe += originalRe[k][column] * Math.cos(angle) - originalIm[k][column] * Math.sin(angle);
                    sumIm += originalRe[k][column] * Math.sin(angle) + originalIm[k][column] * Math.cos(angle);
                }
                assertThat((double) re[row][column]).isEqualTo(sumRe, within(1e-5 * length));
                assertThat((double) im[row][column]).isEqualTo(sumIm, within(1e-5 * length));
            }
        }

        transform.inverse(re, im);
        for (int k = 0; k < length; k++) {
            for (int column = 0; column < columns; column++) {
                assertThat(re[k][column] / length).isEqualTo(originalRe[k][column], within(1e-6f));
                assertThat(im[k][column] / length).isEqualTo(originalIm[k][column], within(1e-6f));
            }
        }
    }

    @Test
    void lengthsArePowersOfTwoAndThreeTimesThem() {
        assertThat(IntStream.of(1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 49, 65, 97, 129, 1025)
                        .map(FourierTransform::lengthAtLeast))
                .containsExactly(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 96, 128, 192, 1536);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FourierTransform(80))
                .withMessage("length must be 2^n or 3 * 2^n, got 80");
    }

    /** A wave of frequency 1 comes out of row r as {@code exp(-2 pi i f / length)} where the wave starts at place 1. */
    private static int[] frequencies(FourierTransform transform) {
        int length = transform.length();
        float[][] re = new float[length][1];
        float[][] im = new float[length][1];
        re[length == 1 ? 0 : 1][0] = 1;
        transform.forward(re, im);
        return IntStream.range(0, length)
                .map(row -> {
                    double turns = -Math.atan2(im[row][0], re[row][0]) / (2 * Math.PI);
                    return Math.floorMod((int) Math.round(turns * length), length);
                })
                .toArray();
    }

    private static float[][] random(int rows, int columns, int index) {
        RandomGenerator random = new RandomSource(rows).stream("rows", index);
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    private static float[][] copy(float[][] values) {
        return java.util.Arrays.stream(values).map(float[]::clone).toArray(float[][]::new);
    }
}
