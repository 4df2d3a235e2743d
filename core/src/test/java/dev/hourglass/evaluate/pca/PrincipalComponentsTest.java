package dev.hourglass.evaluate.pca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.ArrayDataset;
import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PrincipalComponentsTest {
    /** Along (1, 1) variance 10, along (1, -1) variance 2.5, around the mean (3, 1). */
    private static final Dataset CROSS =
            ArrayDataset.of(row(3 + 3, 1 + 3), row(3 - 3, 1 - 3), row(3 + 1.5, 1 - 1.5), row(3 - 1.5, 1 + 1.5));

    @Test
    void findsTheLongAxisOfACrossAndLeavesTheVarianceOfTheShortOne() {
        PrincipalComponents pca = PrincipalComponents.fit(CROSS, 2, 1);

        assertThat(pca.components()).isEqualTo(2);
        // Squared distances from the mean: 18, 18, 4.5, 4.5 over 4 samples of 2 numbers.
        assertThat(pca.mse(CROSS, 0, 1)).isEqualTo(45.0 / 8, within(1e-12));
        assertThat(pca.mse(CROSS, 1, 1)).isEqualTo(9.0 / 8, within(1e-12));
        assertThat(pca.mse(CROSS, 2, 1)).isEqualTo(0, within(1e-12));
        double[] codes = pca.transform(row(4, 2));
        assertThat(codes[0]).isEqualTo(Math.sqrt(2), within(1e-12));
        assertThat(codes[1]).isEqualTo(0, within(1e-12));
        assertThat(pca.reconstruct(new double[] {Math.sqrt(2)})).containsExactly(new double[] {4, 2}, within(1e-12));
    }

    @Test
    void agreesWithScikitLearn() {
        Dataset train = golden("train");
        Dataset test = golden("test");
        double[][] codes = rows(goldenNumbers("codes"), train.sampleShape().size());
        double[] mse = goldenNumbers("mse");

        PrincipalComponents pca = PrincipalComponents.fit(train, 7, 2);

        assertThat(pca.components()).isEqualTo(7);
        assertThat(pca.mseByComponents(test, 2)).containsExactly(mse, within(1e-11));
        assertThat(pca.mse(test, 3, 2)).isEqualTo(mse[3], within(1e-11));
        float[] sample = new float[7];
        for (int s = 0; s < test.size(); s++) {
            test.copySample(s, sample, 0);
            assertThat(pca.transform(sample)).as("sample %d", s).containsExactly(codes[s], within(1e-8));
        }
    }

    @Test
    void codesAreTheTransformedSamples() {
        Dataset data = scattered(45, 9);
        PrincipalComponents pca = PrincipalComponents.fit(data, 4, 1);

        Points codes = pca.codes(data, 3);

        assertThat(codes.count()).isEqualTo(45);
        for (int s = 0; s < 45; s++) {
            double[] code = pca.transform(sampleOf(data, s));
            for (int c = 0; c < 4; c++) {
                assertThat(codes.get(s, c)).isEqualTo((float) code[c]);
            }
        }
        PrincipalComponents point = PrincipalComponents.fit(ArrayDataset.of(row(1, 2)), 2, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> point.codes(ArrayDataset.of(row(1, 2)), 1))
                .withMessage("PCA of test has no components, because all its samples are equal");
    }

    @Test
    void theRandomizedOneComesWithinATenThousandthOfTheExactErrorsOfScikitLearn() {
        Dataset train = wide(0, 500);
        Dataset test = wide(500, 600);
        double[] golden = goldenNumbers("wide");

        for (int i = 0; i < 2; i++) {
            int k = i == 0 ? 8 : 32;
            PrincipalComponents pca = PrincipalComponents.fit(train, k, 2);
            ErrorReport errors = ErrorReport.of(pca.reconstruction(test, k), test, done -> {});

            assertThat(pca.mse(test, k, 2)).as("MSE, %d components", k).isCloseTo(golden[2 * i], withinRelative(1e-4));
            assertThat(errors.mse()).as("MSE of the rebuilt, %d", k).isCloseTo(golden[2 * i], withinRelative(1e-4));
            assertThat(errors.mae()).as("MAE, %d components", k).isCloseTo(golden[2 * i + 1], withinRelative(1e-4));
        }
    }

    @Test
    void theExactOneOfFewerSamplesThanFeaturesHasTheErrorsOfScikitLearn() {
        PrincipalComponents pca = PrincipalComponents.fitExact(wide(0, 500), 32, 2);
        Dataset test = wide(500, 600);
        double[] golden = goldenNumbers("wide");

        assertThat(pca.components()).isEqualTo(32);
        assertThat(pca.mse(test, 8, 2)).isCloseTo(golden[0], withinRelative(1e-9));
        assertThat(pca.mse(test, 32, 2)).isCloseTo(golden[2], withinRelative(1e-9));
    }

    @Test
    void fewerSamplesThanFeaturesGiveTheAxesOfTheCovarianceMatrix() {
        for (int size : new int[] {2, 3, 7, 30, 301}) {
            Dataset train = scattered(size, 2 * size + 1);
            Dataset test = scattered(37, 2 * size + 1);
            try (Workers workers = Workers.of(2)) {
                PrincipalComponents few = FewSamplesPca.fit(train, size, workers);
                PrincipalComponents exact = ExactPca.fit(train, size, workers);

                assertThat(FewSamplesPca.isFor(train)).isTrue();
                assertThat(few.components()).isEqualTo(exact.components()).isEqualTo(size - 1);
                assertThat(few.mseByComponents(test, 2)).containsExactly(exact.mseByComponents(test, 1), within(1e-8));
                assertThat(few.transform(sampleOf(test, 5))[0])
                        .isEqualTo(exact.transform(sampleOf(test, 5))[0], within(1e-9));
                assertThat(few.mse(train, size - 1, 1)).isEqualTo(0, within(1e-13));
            }
        }
    }

    /** Axes at right angles: codes are as long as what is rebuilt of them, less the mean. */
    @Test
    void axesOfLittleVarianceAreAtRightAnglesToTheOthers() {
        float[][] samples = new float[4][20];
        samples[0][3] = 1e6f;
        samples[1][5] = 1;
        samples[2][7] = 2;
        PrincipalComponents pca = PrincipalComponents.fitExact(ArrayDataset.of(samples), 4, 1);

        assertThat(pca.components()).isEqualTo(3);
        double[] mean = pca.reconstruct(new double[0]);
        for (double[] code : new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, -1, 1}, {0, 3, 4}}) {
            double[] rebuilt = pca.reconstruct(code);
            double squares = 0;
            for (int i = 0; i < rebuilt.length; i++) {
                squares += (rebuilt[i] - mean[i]) * (rebuilt[i] - mean[i]);
            }
            assertThat(squares)
                    .isEqualTo(Arrays.stream(code).map(each -> each * each).sum(), within(1e-8));
        }
    }

    @Test
    void theRandomizedOneFindsTheAxesOfTheExactOne() {
        Dataset train = wide(0, 300);
        PrincipalComponents exact = PrincipalComponents.fitExact(scattered(400, 60), 5, 2);
        PrincipalComponents randomized =
                PrincipalComponents.fitRandomized(scattered(400, 60), 5, new RandomSource(7), 2);
        float[] sample = new float[60];
        scattered(400, 60).copySample(11, sample, 0);

        // Beyond the first there is noise of nearly equal variance, whose axes may be mixed.
        assertThat(randomized.transform(sample)[0]).isEqualTo(exact.transform(sample)[0], within(1e-9));
        assertThat(randomized.transform(sample)).containsExactly(exact.transform(sample), within(0.05));
        assertThat(randomized.mse(scattered(400, 60), 5, 1))
                .isCloseTo(exact.mse(scattered(400, 60), 5, 1), withinRelative(1e-4));
        assertThat(PrincipalComponents.fit(train, 3, 1).transform(sampleOf(train, 5)))
                .as("fit above 1,024 features is the randomized one with a fixed seed")
                .containsExactly(PrincipalComponents.fitRandomized(train, 3, new RandomSource(42), 2)
                        .transform(sampleOf(train, 5)));
    }

    @Test
    void theRandomizedOneGivesTheSameBitsOnAnyNumberOfThreads() {
        Dataset train = wide(0, 300);
        double[] alone = PrincipalComponents.fitRandomized(train, 10, new RandomSource(1), 1)
                .transform(sampleOf(train, 7));

        for (int threads = 2; threads <= 4; threads++) {
            assertThat(PrincipalComponents.fitRandomized(train, 10, new RandomSource(1), threads)
                            .transform(sampleOf(train, 7)))
                    .as("%d threads", threads)
                    .containsExactly(alone);
        }
    }

    @Test
    void theRandomizedOneIsLimitedByWhatTheSamplesSpan() {
        Dataset three = wide(0, 3);
        PrincipalComponents plane = PrincipalComponents.fit(three, 20, 1);
        assertThat(plane.components()).isEqualTo(2);
        assertThat(plane.mse(three, 2, 1)).isEqualTo(0, within(1e-13));

        PrincipalComponents point = PrincipalComponents.fit(wide(4, 5), 20, 1);
        assertThat(point.components()).isZero();
        assertThat(point.mse(wide(4, 5), 0, 1)).isZero();

        Dataset line = ArrayDataset.of(row(0.1f, 1, 0), row(0.1f, 2, 0), row(0.1f, 4, 0), row(0.1f, 8, 0));
        assertThat(PrincipalComponents.fitRandomized(line, 3, new RandomSource(1), 1)
                        .components())
                .isEqualTo(1);
    }

    @Test
    void aLargeDataSetBeginsWithItsFirstSamplesAndEndsWithAll() {
        // The first 8,000 vary along feature 0 alone, the others along feature 3 and further.
        float[][] samples = new float[17_000][12];
        for (int s = 0; s < samples.length; s++) {
            samples[s][s < 8_000 ? 0 : 3] = s % 2 == 0 ? 2 : -2;
            samples[s][5] = s % 3;
        }
        Dataset data = ArrayDataset.of(samples);

        assertThat(PrincipalComponents.fitRandomized(data, 2, new RandomSource(3), 2)
                        .mse(data, 2, 2))
                .isEqualTo(PrincipalComponents.fitExact(data, 2, 2).mse(data, 2, 2), within(1e-6));
    }

    @Test
    void anInterruptedThreadStops() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> PrincipalComponents.fit(wide(0, 50), 3, 1))
                .isInstanceOf(InterruptedComputationException.class)
                .hasMessage("PCA was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void theErrorIsThatOfSamplesRebuiltOneByOne() {
        Dataset train = scattered(300, 21);
        Dataset test = scattered(37, 21);
        PrincipalComponents pca = PrincipalComponents.fit(train, 13, 2);

        for (int k : new int[] {0, 1, 4, 13}) {
            double sum = 0;
            float[] sample = new float[21];
            for (int s = 0; s < test.size(); s++) {
                test.copySample(s, sample, 0);
                double[] rebuilt = pca.reconstruct(Arrays.copyOf(pca.transform(sample), k));
                for (int i = 0; i < sample.length; i++) {
                    sum += (sample[i] - rebuilt[i]) * (sample[i] - rebuilt[i]);
                }
            }
            assertThat(pca.mse(test, k, 2)).as("%d components", k).isEqualTo(sum / (37 * 21), within(1e-13));
        }
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        requireTheSameBits(scattered(601, 37), scattered(299, 37));
        requireTheSameBits(scattered(45, 130), scattered(31, 130));
    }

    private static void requireTheSameBits(Dataset train, Dataset test) {
        float[] sample = sampleOf(test, 5);
        PrincipalComponents alone = PrincipalComponents.fit(train, 30, 1);
        double[] errors = alone.mseByComponents(test, 1);

        for (int threads = 2; threads <= 5; threads++) {
            PrincipalComponents shared = PrincipalComponents.fit(train, 30, threads);
            assertThat(shared.mseByComponents(test, threads))
                    .as("%d threads", threads)
                    .containsExactly(errors);
            assertThat(shared.transform(sample)).as("%d threads", threads).containsExactly(alone.transform(sample));
        }
    }

    @Test
    void largeMeansDoNotDrownSmallVariances() {
        // 2^20 with deviations of 1/8: in E[x^2] - m^2 the variance would be 14 digits below the terms.
        float far = 1 << 20;
        Dataset data = ArrayDataset.of(row(far + 0.125f, 0), row(far - 0.125f, 0), row(far, 1), row(far, -1));

        PrincipalComponents pca = PrincipalComponents.fit(data, 2, 1);

        assertThat(pca.mse(data, 1, 1)).isEqualTo(2 * 0.125 * 0.125 / 8, within(1e-15));
    }

    @Test
    void constantFeaturesAndFewSamplesLimitTheComponents() {
        Dataset flat = ArrayDataset.of(row(0.1f, 1, 0), row(0.1f, 2, 0), row(0.1f, 4, 0), row(0.1f, 8, 0));
        PrincipalComponents line = PrincipalComponents.fit(flat, 3, 2);
        assertThat(line.components()).isEqualTo(1);
        assertThat(line.mse(flat, 1, 1)).isEqualTo(0, within(1e-15));

        PrincipalComponents plane = PrincipalComponents.fit(scattered(3, 5), 5, 1);
        assertThat(plane.components()).isEqualTo(2);
        assertThat(plane.mse(scattered(3, 5), 2, 1)).isEqualTo(0, within(1e-13));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plane.mse(scattered(3, 5), 3, 1))
                .withMessageContaining("has 2 components")
                .withMessageContaining("got 3");
    }

    @Test
    void oneSampleIsItsOwnMeanWithoutAxes() {
        PrincipalComponents pca = PrincipalComponents.fit(ArrayDataset.of(row(0.3f, 0.7f)), 2, 1);

        assertThat(pca.components()).isZero();
        assertThat(pca.mse(ArrayDataset.of(row(0.3f, 0.7f)), 0, 1)).isZero();
        assertThat(pca.mse(ArrayDataset.of(row(0.3f, 1.7f)), 0, 1)).isEqualTo(0.5, within(1e-6));
        assertThat(pca.transform(row(1, 2))).isEmpty();
    }

    @Test
    void refusesComponentsBeyondTheFeaturesAndBelowOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalComponents.fit(CROSS, 3, 1))
                .withMessage("PCA of test can keep 1 to 2 components, the numbers in a sample [2], got 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalComponents.fit(CROSS, 0, 1))
                .withMessageContaining("got 0");
        PrincipalComponents pca = PrincipalComponents.fit(CROSS, 1, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pca.mse(CROSS, -1, 1))
                .withMessageContaining("got -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pca.reconstruct(new double[2]))
                .withMessageContaining("at most 1 components, got 2");
    }

    @Test
    void refusesNumbersThatAreNotFiniteAndSaysWhichSample() {
        Dataset nan = ArrayDataset.of(row(1, 2), row(3, Float.NaN));
        Dataset infinite = ArrayDataset.of(row(Float.POSITIVE_INFINITY, 2));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalComponents.fit(nan, 1, 2))
                .withMessageContaining("sample 1 of test holds NaN at position 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalComponents.fit(CROSS, 1, 1).mse(infinite, 1, 1))
                .withMessageContaining("sample 0 of test holds Infinity at position 0");
    }

    @Test
    void refusesSamplesOfAnotherSizeAndTakesAnotherShape() {
        PrincipalComponents pca = PrincipalComponents.fit(scattered(20, 6).reshaped(Shape.of(2, 3)), 2, 1);

        assertThatThrownBy(() -> pca.mse(scattered(5, 7), 1, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("PCA of test needs samples of 6 numbers [2, 3], test has 7");
        assertThatThrownBy(() -> pca.transform(new float[5])).isInstanceOf(ShapeException.class);
        assertThat(pca.mse(scattered(5, 6).reshaped(Shape.of(6)), 1, 1))
                .isEqualTo(pca.mse(scattered(5, 6).reshaped(Shape.of(3, 2, 1)), 1, 1));
    }

    private static float[] row(double... values) {
        float[] row = new float[values.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) values[i];
        }
        return row;
    }

    /** Samples with zeros and with features of very different means, as images and measurements have. */
    private static Dataset scattered(int count, int features) {
        RandomGenerator random = new RandomSource(count).stream("scattered", features);
        float[][] samples = new float[count][features];
        for (float[] sample : samples) {
            float common = (float) random.nextGaussian();
            for (int i = 0; i < features; i++) {
                float value = common * (i + 1) / features + 0.3f * (float) random.nextGaussian();
                sample[i] = i % 3 == 0 ? Math.max(0, value) : i % 3 == 1 ? 50 + value : value;
            }
        }
        return ArrayDataset.of(samples);
    }

    /** Samples {@code from} to {@code to - 1} of those that interop/make_pca_golden.py makes. */
    private static Dataset wide(int from, int to) {
        float[][] samples = new float[to - from][1200];
        for (int s = from; s < to; s++) {
            for (int j = 0; j < 1200; j++) {
                double sum = 0;
                for (int f = 0; f < 100; f++) {
                    sum += place(s * 100 + f, 1) / (1 + f) * place(f * 1200 + j, 2);
                }
                samples[s - from][j] = (float) (sum + 5);
            }
        }
        return ArrayDataset.of(samples);
    }

    private static double place(int index, int salt) {
        int h = (index + 1) * 0x9E3779B9 + salt * 0x85EBCA6B;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        h ^= h >>> 16;
        return (h >>> 8) * 0x1p-23 - 1;
    }

    private static float[] sampleOf(Dataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }

    private static Dataset golden(String name) {
        double[][] rows = rows(goldenNumbers(name), 7);
        return ArrayDataset.of(
                Arrays.stream(rows).map(PrincipalComponentsTest::row).toArray(float[][]::new));
    }

    private static double[][] rows(double[] numbers, int columns) {
        List<double[]> rows = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += columns) {
            rows.add(Arrays.copyOfRange(numbers, i, i + columns));
        }
        return rows.toArray(double[][]::new);
    }

    private static Percentage withinRelative(double share) {
        return withinPercentage(100 * share);
    }

    private static double[] goldenNumbers(String name) {
        return GoldenNumbers.read("pca-golden.txt", name);
    }
}
