package dev.hourglass.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the vectorised kernels against their plain twins, bit for bit, odd sizes first. */
final class KernelsTest {
    private static final long SEED = 7;
    private static final int[] COUNTS = {1, 3, 15, 17, 31, 33, 16, 32, 48, 100, 256};

    private final Kernels vector = Kernels.best();
    private final Kernels plain = Kernels.plain();

    @Test
    void theTestJvmHasTheVectorApiSoThatSomethingIsCompared() {
        assertThat(vector.description()).startsWith("Vector API");
        assertThat(plain.description()).isEqualTo("plain Java");
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 48, 64})
    void productsHaveTheBitsOfTheirTwinForAnyNumberOfRowsAndSegments(int columns) {
        for (int rows : new int[] {0, 1, 2, 5, 7, 8, 9, 13, 14, 15, 17, 28, 33}) {
            for (int segments : new int[] {1, 3}) {
                for (int length : new int[] {1, 3, 16, 27}) {
                    int aStride = length + 5;
                    int aJump = rows * aStride + 3;
                    int cStride = columns + 16;
                    float[] a = random(segments * aJump + aStride, 1);
                    float[] w = random(segments * length * columns, 2);
                    float[] d = random(rows * columns + columns, 3);
                    for (int dStride : new int[] {0, columns}) {
                        assertSameBits(
                                "rows " + rows + " segments " + segments + " length " + length,
                                (kernels, c) -> kernels.product(columns, aStride, columns, cStride)
                                        .run(rows, a, 1, aJump, segments, length, w, 0, d, 0, dStride, c, 2),
                                random((rows + 1) * cStride, 4));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void shortProductsHaveTheBitsOfTheirTwin(int columns) {
        for (int rows : new int[] {1, 7, 9, 28}) {
            for (int segments : new int[] {1, 3}) {
                for (int length : new int[] {1, 3, 5}) {
                    int aJump = rows + length;
                    float[] a = random(segments * aJump + rows + length, 1);
                    float[] w = random(segments * length * columns, 2);
                    float[] d = random(columns, 3);
                    assertSameBits(
                            "rows " + rows + " segments " + segments + " length " + length,
                            (kernels, c) -> kernels.shortProduct(columns, 1, columns, columns, segments, length)
                                    .run(rows, a, 0, aJump, segments, length, w, 0, d, 0, 0, c, 0),
                            random(rows * columns, 4));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 48, 64})
    void transposedProductsHaveTheBitsOfTheirTwin(int columns) {
        for (int rows : new int[] {0, 1, 3, 7, 8, 9, 16, 17, 48}) {
            for (int segments : new int[] {1, 3}) {
                for (int length : new int[] {1, 7, 28}) {
                    int aStride = rows + 4;
                    int aJump = length * aStride + 2;
                    int wJump = length * columns + 16;
                    float[] a = random(segments * aJump + aStride, 1);
                    float[] w = random(segments * wJump + columns, 2);
                    assertSameBits(
                            "rows " + rows + " segments " + segments + " length " + length,
                            (kernels, c) -> kernels.transposedProduct(columns, aStride, columns, columns)
                                    .run(rows, a, 1, aJump, segments, length, w, 3, wJump, c, 5),
                            random((rows + 1) * columns + 5, 4));
                }
            }
        }
    }

    @Test
    void productsOfEachPixelHaveTheBitsOfTheirTwin() {
        for (int count : COUNTS) {
            for (int pixels : new int[] {0, 1, 5}) {
                int stride = 2 * count + 3;
                float[] x = random(5 * stride + 1, 1);
                float[] w = random(count + 2, 2);
                assertSameBits(
                        "pixels " + pixels + " count " + count,
                        (kernels, to) -> kernels.addProductOfEach(x, 1, stride, w, 2, to, 3, count + 1, pixels, count),
                        random(5 * (count + 1) + 3, 3));
            }
        }
    }

    @Test
    void sumsOfProductsOverPixelsHaveTheBitsOfTheirTwin() {
        for (int count : COUNTS) {
            for (int pixels : new int[] {0, 1, 7}) {
                int stride = 2 * count + 3;
                float[] x = random(7 * stride + 1, 1);
                float[] y = random(7 * count + 2, 2);
                assertSameBits(
                        "pixels " + pixels + " count " + count,
                        (kernels, sum) -> kernels.sumProducts(x, 1, stride, y, 2, count, sum, 3, pixels, count),
                        random(count + 3, 3));
            }
        }
    }

    @Test
    void rowsAreCopiedAndAddedWithTheBitsOfTheirTwinForAnyCount() {
        for (int columns : COUNTS) {
            for (int rows : new int[] {0, 1, 5}) {
                float[] from = random(5 * (columns + 4) + 1, 1);
                assertSameBits(
                        "copyRows " + rows + " of " + columns,
                        (k, to) -> k.copyRows(from, 1, columns + 4, to, 2, columns + 1, rows, columns),
                        random(5 * (columns + 1) + 2, 2));
                assertSameBits(
                        "addRows " + rows + " of " + columns,
                        (k, to) -> k.addRows(from, 1, columns + 4, to, 2, columns + 1, rows, columns),
                        random(5 * (columns + 1) + 2, 3));
            }
        }
    }

    @Test
    void oneNumberThatIsNotFiniteIsFoundWhereverItStands() {
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            for (int count : COUNTS) {
                float[] numbers = random(count + 2, 1);
                numbers[0] = Float.NaN; // beside what is looked at
                numbers[count + 1] = Float.POSITIVE_INFINITY;
                numbers[count] = -Float.MAX_VALUE;
                assertThat(kernels.areFinite(numbers, 1, count)).isTrue();
                for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                    for (int place = 1; place <= count; place++) {
                        float[] some = numbers.clone();
                        some[place] = bad;
                        assertThat(kernels.areFinite(some, 1, count)).isFalse();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void transformsHaveTheBitsOfTheirTwinForAnyCount(TileTransform.Kind kind) {
        for (int count : COUNTS) {
            float[] a = random(4 * 5 * count + 3, 1);
            assertSameBits(
                    kind + " count " + count,
                    (kernels, b) ->
                            kernels.transform(kind).run(a, 3, count, 5 * count, b, 1, 2 * count, 7 * count, 3, count),
                    random(40 * count, 2));
        }
    }

    @Test
    void transformsGiveAConvolutionOfThreeTapsOnFourPixels() {
        float[] pixels = {3, -1, 4, 2};
        float[] weights = {0.5f, 2, -3};
        float[] d = new float[4];
        float[] g = new float[4];
        float[] sums = new float[2];
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            kernels.transform(TileTransform.Kind.IMAGE).run(pixels, 0, 0, 1, d, 0, 0, 1, 1, 1);
            kernels.transform(TileTransform.Kind.KERNEL).run(weights, 0, 0, 1, g, 0, 0, 1, 1, 1);
            for (int i = 0; i < 4; i++) {
                d[i] *= g[i];
            }
            kernels.transform(TileTransform.Kind.OUTPUT).run(d, 0, 0, 1, sums, 0, 0, 1, 1, 1);
            assertThat(sums).containsExactly(0.5f * 3 + 2 * -1 + -3 * 4, 0.5f * -1 + 2 * 4 + -3 * 2);
        }
    }

    @Test
    void transformsOfARepeatedImageGiveTheConvolutionOfItsTwicePixels() {
        float[] pixels = {3, -1, 4}; // repeated: 3 3 -1 -1 4 4
        float[] sumsOfWeights = {0.5f, 0.5f + 2 - 3, -3};
        float[] d = new float[3];
        float[] sums = new float[2];
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            kernels.transform(TileTransform.Kind.REPEATED_IMAGE).run(pixels, 0, 0, 1, d, 0, 0, 1, 1, 1);
            for (int i = 0; i < 3; i++) {
                d[i] *= sumsOfWeights[i];
            }
            kernels.transform(TileTransform.Kind.REPEATED_OUTPUT).run(d, 0, 0, 1, sums, 0, 0, 1, 1, 1);
            assertThat(sums).containsExactly(0.5f * 3 + 2 * -1 + -3 * -1, 0.5f * -1 + 2 * -1 + -3 * 4);
        }
    }

    @Test
    void elementwiseKernelsHaveTheBitsOfTheirTwinForAnyCount() {
        for (int count : COUNTS) {
            float[] y = random(count + 1, 1);
            assertSameBits("leakyRelu " + count, (k, x) -> k.leakyRelu(x, 1, count, 0.3f), random(count + 1, 2));
            assertSameBits("relu " + count, (k, x) -> k.leakyRelu(x, 1, count, 0f), random(count + 1, 2));
            assertSameBits("sigmoid " + count, (k, x) -> k.sigmoid(x, 1, count), wide(count + 1));
            assertSameBits("relativeSigmoid " + count, (k, x) -> k.relativeSigmoid(x, 1, count), wide(count + 1));
            assertSameBits(
                    "relativeSigmoid far out " + count,
                    (k, x) -> {
                        k.scale(8, x, 1, count);
                        k.relativeSigmoid(x, 1, count);
                    },
                    wide(count + 1));
            assertSameBits("tanh " + count, (k, x) -> k.tanh(x, 1, count), wide(count + 1));
            assertSameBits("exp " + count, (k, x) -> k.exp(y, 1, x, 1, count), random(count + 1, 5));
            float[] far = wide(count + 1);
            assertSameBits("exp far out " + count, (k, x) -> k.exp(far, 1, x, 1, count), random(count + 1, 5));
            assertSameBits(
                    "leakyReluGradient " + count,
                    (k, d) -> k.leakyReluGradient(y, 1, d, 1, count, 0.1f),
                    random(count + 1, 3));
            assertSameBits(
                    "sigmoidGradient " + count, (k, d) -> k.sigmoidGradient(y, 1, d, 1, count), random(count + 1, 3));
            assertSameBits("tanhGradient " + count, (k, d) -> k.tanhGradient(y, 1, d, 1, count), random(count + 1, 3));
            assertSameBits("add " + count, (k, x) -> k.add(y, 1, x, 1, count), random(count + 1, 4));
            assertSameBits("subtract " + count, (k, x) -> k.subtract(y, 1, x, 1, count), random(count + 1, 4));
            assertSameBits("multiply " + count, (k, x) -> k.multiply(y, 1, x, 1, count), random(count + 1, 4));
            assertSameBits("maximum " + count, (k, x) -> k.maximum(y, 1, x, 1, count), random(count + 1, 4));
            assertSameBits("minimum " + count, (k, x) -> k.minimum(y, 1, x, 1, count), random(count + 1, 4));
            assertSameBits("scale " + count, (k, x) -> k.scale(0.3f, x, 1, count), random(count + 1, 4));
            float[] chosen = y.clone();
            for (int i = 0; i < chosen.length; i += 2) {
                chosen[i]++;
            }
            float[] remaining = random(count + 1, 5);
            assertSameBits(
                    "takeWhereEqual, taken " + count,
                    (k, share) -> k.takeWhereEqual(y, 1, chosen, 1, remaining.clone(), 1, share, 1, count),
                    random(count + 1, 4));
            assertSameBits(
                    "takeWhereEqual, left " + count,
                    (k, d) -> k.takeWhereEqual(y, 1, chosen, 1, d, 1, new float[count + 1], 1, count),
                    random(count + 1, 5));
            assertSameBits("addScaled " + count, (k, x) -> k.addScaled(y, 1, 0.7f, x, 1, count), random(count + 1, 4));
        }
    }

    @Test
    void logisticLossesHaveTheBitsOfTheirTwinForAnyCountAlsoFarOut() {
        for (int count : COUNTS) {
            double[] logits = doubles(wide(count));
            for (int j = 0; j < count; j += 5) {
                logits[j] *= j % 2 == 0 ? 10 : 0; // beyond where exp has anything left; and 0
            }
            double[] targets = doubles(random(count, 1));
            double[][] linear = {logits.clone(), logits.clone()};
            double[][] slopes = {targets.clone(), targets.clone()};
            double[][] sums = new double[2][count];
            vector.logisticLoss(linear[0], slopes[0], sums[0], 0.3f, count);
            plain.logisticLoss(linear[1], slopes[1], sums[1], 0.3f, count);
            assertThat(linear[0]).as("linear, count %d", count).isEqualTo(linear[1]);
            assertThat(slopes[0]).as("slopes, count %d", count).isEqualTo(slopes[1]);
            assertThat(sums[0]).as("sums, count %d", count).isEqualTo(sums[1]);
        }
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(j -> values[j]).toArray();
    }

    @Test
    void logisticLossKeepsNotANumberSoThatDivergenceIsSeen() {
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            double[] linear = new double[17];
            Arrays.fill(linear, Double.NaN);
            double[] slopes = new double[17];
            double[] sums = new double[17];
            kernels.logisticLoss(linear, slopes, sums, 1, 17);
            assertThat(linear).containsOnly(Double.NaN);
            assertThat(slopes).containsOnly(Double.NaN);
            assertThat(sums).containsOnly(Double.NaN);
        }
    }

    @Test
    void expIsThatOfTheMathematicsFromOneEndToTheOther() {
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            for (float x = -87; x < 88; x += 0.0371f) {
                float[] y = new float[17];
                Arrays.fill(y, x);
                kernels.exp(y, 0, y, 0, 17);
                assertThat((double) y[0]).isCloseTo(Math.exp(x), Percentage.withPercentage(3e-5));
                assertThat(y[16]).isEqualTo(y[0]);
            }
            float[] ends = {-200, Float.NEGATIVE_INFINITY, 200, Float.POSITIVE_INFINITY, Float.NaN, 0};
            kernels.exp(ends, 0, ends, 0, ends.length);
            assertThat(ends).containsExactly(0, 0, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN, 1);
        }
    }

    @Test
    void relativeSigmoidIsThatOfTheMathematicsAlsoWhereItIsNextToNothing() {
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            for (float x = -87; x < 88; x += 0.0371f) {
                float[] y = new float[17];
                Arrays.fill(y, x);
                kernels.relativeSigmoid(y, 0, 17);
                assertThat((double) y[0])
                        .as("sigmoid(%s)", x)
                        .isCloseTo(1 / (1 + Math.exp(-x)), Percentage.withPercentage(5e-5));
                assertThat(y[16]).isEqualTo(y[0]);
            }
            float[] ends = {-200, Float.NEGATIVE_INFINITY, 200, Float.POSITIVE_INFINITY, Float.NaN, 0};
            kernels.relativeSigmoid(ends, 0, ends.length);
            assertThat(ends).containsExactly(0, 0, 1, 1, Float.NaN, 0.5f);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 48})
    void channelKernelsHaveTheBitsOfTheirTwin(int channels) {
        float[] scale = random(channels, 11);
        float[] shift = random(channels, 12);
        float[] more = random(channels, 13);
        for (int pixels : new int[] {1, 7, 32, 33, 65}) {
            int count = pixels * channels;
            float[] y = random(count + 1, 1);
            assertSameBits(
                    "affine", (k, x) -> k.affine(y, 1, x, 1, pixels, channels, scale, shift), random(count + 1, 2));
            assertSameBits(
                    "affineGradient",
                    (k, d) -> k.affineGradient(y, 1, d, 1, pixels, channels, scale, shift, more),
                    random(count + 1, 3));
            assertSameBits(
                    "addPixels", (k, sum) -> k.addPixels(y, 1, pixels, channels, sum, 1), random(channels + 1, 4));
            assertSameBits(
                    "affineMax",
                    (k, to) -> k.affineMax(y, 0, channels, to, 1, pixels, channels, scale, shift),
                    random(count + 1, 5));

            assertSameBits(
                    "addStrided",
                    (k, to) -> k.addStrided(y, 0, channels, to, 1, pixels, channels),
                    random(count + 1, 6));

            float[] windows = random(4 * count + 1, 7);
            float[] d = random(count, 8);
            int below = 2 * count;
            float[] sign = new float[channels];
            for (int j = 0; j < channels; j++) {
                sign[j] = 1 - j % 3; // 1, 0 and -1
            }
            assertSameBits(
                    "winnerOfFour",
                    (k, to) -> k.winnerOfFour(windows, 1, below, to, 1, pixels, channels, sign),
                    random(count + 1, 9));
            assertSameBits(
                    "routeToWinnerOfFour",
                    (k, dx) -> k.routeToWinnerOfFour(windows, 1, below, d, 0, dx, 1, pixels, channels, sign),
                    random(4 * count + 1, 10));

            assertSameBits(
                    "affineLeakyReluGradient",
                    (k, both) -> k.affineLeakyReluGradient(
                            y, 1, both, channels, pixels, channels, scale, shift, more, 0.1f, both, 0),
                    random(count + channels, 3));
            double[] sums = new double[2 * channels];
            double[] expected = new double[2 * channels];
            float[] x = random(count + 1, 6);
            vector.addMoments(x, 1, y, 1, pixels, channels, sums);
            plain.addMoments(x, 1, y, 1, pixels, channels, expected);
            assertThat(sums).isEqualTo(expected);
        }
    }

    @Test
    void onlyOneWinnerOfAWindowGetsTheGradient() {
        int channels = 16;
        float[] ones = new float[channels];
        Arrays.fill(ones, 1f);
        float[] zeros = new float[channels];
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            float[] x = new float[2 * channels]; // a window of two equal pixels
            float[] dx = new float[2 * channels];
            float[] max = new float[channels];
            float[] d = ones.clone();
            for (int pixel = 0; pixel < 2; pixel++) {
                kernels.routeMaximum(
                        x, pixel * channels, dx, pixel * channels, channels, max, 0, d, 0, 1, channels, ones, zeros);
            }
            assertThat(Arrays.copyOf(dx, channels)).isEqualTo(ones);
            assertThat(Arrays.copyOfRange(dx, channels, 2 * channels)).isEqualTo(zeros);
            assertThat(d).isEqualTo(zeros);
        }
    }

    @Test
    void theFirstOfEqualPixelsGetsAllOfAWindowsGradient() {
        int channels = 16;
        float[] ones = new float[channels];
        Arrays.fill(ones, 1f);
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            float[] dx = random(4 * channels, 1);
            kernels.routeToWinnerOfFour(new float[4 * channels], 0, 2 * channels, ones, 0, dx, 0, 1, channels, ones);
            float[] expected = new float[4 * channels];
            Arrays.fill(expected, 0, channels, 1f);
            assertThat(dx).isEqualTo(expected);
        }
    }

    @Test
    void lstmCellsHaveTheBitsOfTheirTwin() {
        for (int count : COUNTS) {
            float[] previous = random(count, 1);
            assertSameBits(
                    "cell " + count,
                    (kernels, all) -> {
                        float[] cell = new float[count];
                        float[] tanh = new float[count];
                        float[] h = new float[count];
                        kernels.lstmCell(all, 0, count, 2 * count, 3 * count, previous, 0, cell, tanh, h, 0, count);
                        System.arraycopy(cell, 0, all, 4 * count, count);
                        System.arraycopy(tanh, 0, all, 5 * count, count);
                        System.arraycopy(h, 0, all, 6 * count, count);
                    },
                    random(7 * count, 2));
            float[] tanh = random(count, 3);
            float[] dh = random(count, 4);
            assertSameBits(
                    "cellGradient " + count,
                    (kernels, all) -> {
                        float[] dc = Arrays.copyOfRange(all, 4 * count, 5 * count);
                        kernels.lstmCellGradient(
                                all, 0, count, 2 * count, 3 * count, previous, 0, tanh, dh, 0, dc, 0, count);
                        System.arraycopy(dc, 0, all, 4 * count, count);
                    },
                    random(5 * count, 5));
        }
    }

    @Test
    void gatesHaveTheBitsOfTheirTwin() {
        for (int count : COUNTS) {
            float[] x = random(count, 1);
            float[] y = random(count, 2);
            assertSameBits(
                    "multiply " + count,
                    (kernels, all) -> {
                        kernels.multiply(x, 0, y, 0, all, 0, count);
                        kernels.multiply(all, count, x, 0, all, count, count);
                        kernels.addProduct(x, 0, y, 0, all, 2 * count, count);
                        kernels.mix(all, 3 * count, x, 0, y, 0, all, 4 * count, count);
                    },
                    random(5 * count, 3));
            float[] weight = random(count, 4);
            float[] gradient = random(count, 5);
            assertSameBits(
                    "mixGradient " + count,
                    (kernels, all) -> {
                        float[] dx = Arrays.copyOfRange(all, 2 * count, 3 * count);
                        kernels.mixGradient(weight, 0, x, 0, y, 0, gradient, 0, dx, 0, all, 0, count, count);
                        System.arraycopy(dx, 0, all, 2 * count, count);
                    },
                    random(3 * count, 6));
        }
    }

    @Test
    void adamHasTheBitsOfItsTwin() {
        for (int count : COUNTS) {
            float[] gradient = random(count, 1);
            assertSameBits(
                    "adam " + count,
                    (kernels, all) -> {
                        float[] m = Arrays.copyOfRange(all, count, 2 * count);
                        float[] v = Arrays.copyOfRange(all, 2 * count, 3 * count);
                        for (int j = 0; j < count; j++) {
                            v[j] = Math.abs(v[j]);
                        }
                        kernels.adam(all, 0, gradient, 0, m, v, 0, count, 0.01f, 0.9f, 0.999f, 1e-7f);
                        System.arraycopy(m, 0, all, count, count);
                        System.arraycopy(v, 0, all, 2 * count, count);
                    },
                    random(3 * count, 2));
        }
    }

    @Test
    void tanhIsWithinFiveUnitsInTheLastPlaceAndOddAndSaturates() {
        for (float x = -12; x <= 12; x += 0.00137f) {
            float expected = (float) Math.tanh(x);
            assertThat(Tanh.tanh(x))
                    .as("tanh(%s)", x)
                    .isCloseTo(expected, org.assertj.core.data.Offset.offset(5 * Math.ulp(expected) + 1e-9f));
            assertThat(Tanh.tanh(-x)).isEqualTo(-Tanh.tanh(x));
        }
        assertThat(Tanh.tanh(Float.POSITIVE_INFINITY)).isCloseTo(1f, org.assertj.core.data.Offset.offset(1e-6f));
        assertThat(Tanh.tanh(Float.NaN)).isNaN();
    }

    @Test
    void nanStaysNanThroughActivationsSoThatDivergenceIsSeen() {
        for (Kernels kernels : new Kernels[] {vector, plain}) {
            float[] x = new float[17];
            Arrays.fill(x, Float.NaN);
            kernels.leakyRelu(x, 0, 17, 0f);
            kernels.tanh(x, 0, 17);
            kernels.sigmoid(x, 0, 17);
            kernels.relativeSigmoid(x, 0, 17);
            for (float value : x) {
                assertThat(value).isNaN();
            }
        }
    }

    private void assertSameBits(String what, BiConsumer<Kernels, float[]> kernel, float[] start) {
        float[] actual = start.clone();
        float[] expected = start.clone();
        kernel.accept(vector, actual);
        kernel.accept(plain, expected);
        assertThat(bits(actual)).as("%s, seed %d", what, SEED).isEqualTo(bits(expected));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }

    private static float[] random(int count, int purpose) {
        RandomGenerator random = new RandomSource(SEED).stream("kernels", purpose);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    /** From far below to far above where tanh saturates. */
    private static float[] wide(int count) {
        float[] values = random(count, 9);
        for (int i = 0; i < count; i++) {
            values[i] *= 20;
        }
        return values;
    }
}
