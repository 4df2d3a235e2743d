package dev.hourglass.evaluate.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.LabelledPoints;
import dev.hourglass.evaluate.Points;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be read off labelled points: by neighbours, by a linear map, as clusters. */
class ProbesTest {
    private static final LabelledPoints TRAIN = golden("train");
    private static final LabelledPoints TEST = golden("test");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 12})
    void neighboursTellWhatScikitLearnsTell(int neighbours) {
        assertThat(NearestNeighbourProbe.accuracy(TRAIN, TEST, neighbours, 2))
                .isEqualTo(number("neighbours-" + neighbours), within(1e-12));
    }

    @Test
    void neighboursAreFoundAcrossBlocksAndPasses() {
        // 2,500 points of 70 dimensions: the class is the sign of the one that differs.
        int dimensions = 70;
        float[] values = new float[2_500 * dimensions];
        int[] labels = new int[2_500];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i * 7 % 3;
            values[i * dimensions + 69] = 10 * labels[i] + i / 2_500f;
        }
        LabelledPoints points = LabelledPoints.of(Points.of(values, dimensions), labels);
        LabelledPoints others = LabelledPoints.of(Points.of(values.clone(), dimensions), labels);

        assertThat(NearestNeighbourProbe.accuracy(points, others, 5, 3)).isEqualTo(1);
        assertThat(NearestNeighbourProbe.accuracy(points, others, 2_500, 3))
                .as("all points are neighbours: the commonest class, the smallest label of equals")
                .isEqualTo(834 / 2_500.0, within(1e-12));
    }

    @Test
    void theLinearProbePredictsWhatScikitLearnsPredicts() {
        int[] iterations = {0};

        LinearProbe probe = LinearProbe.fit(TRAIN, 2, iteration -> iterations[0]++);

        int[] predicted = Arrays.stream(GoldenNumbers.read("probe-golden.txt", "linear"))
                .mapToInt(value -> (int) value)
                .toArray();
        assertThat(probe.predict(TEST.points())).containsExactly(predicted);
        assertThat(probe.accuracy(TEST)).isEqualTo(number("linear-accuracy"), within(1e-12));
        assertThat(iterations[0]).isBetween(3, 100);
    }

    @Test
    void theLinearProbeGivesTheSameBitsOnAnyNumberOfThreads() {
        LabelledPoints points = scattered(3_000, 23);
        int[] alone = LinearProbe.fit(points, 1, done -> {}).predict(points.points());

        assertThat(Arrays.stream(alone).distinct().count()).isEqualTo(4);
        for (int threads = 2; threads <= 4; threads++) {
            assertThat(LinearProbe.fit(points, threads, done -> {}).predict(points.points()))
                    .as("%d threads", threads)
                    .containsExactly(alone);
        }
    }

    @Test
    void aLinearlySeparableClassIsLearnedWhole() {
        LabelledPoints points =
                LabelledPoints.of(Points.of(new float[] {-3, -2, -1, 1, 2, 3}, 1), new int[] {5, 5, 5, 1, 1, 1});

        LinearProbe probe = LinearProbe.fit(points, 1, done -> {});

        assertThat(probe.accuracy(points)).isEqualTo(1);
        assertThat(probe.predict(Points.of(new float[] {-0.1f, 0.1f}, 1))).containsExactly(5, 1);
    }

    @Test
    void theSilhouetteIsThatOfScikitLearn() {
        assertThat(Silhouette.of(TEST, 2)).isEqualTo(number("silhouette"), within(1e-6));
        int[] labels = new int[TEST.count()];
        Arrays.setAll(labels, TEST::label);
        labels[0] = 9;
        assertThat(Silhouette.of(LabelledPoints.of(TEST.points(), labels), 2))
                .as("with a class of one point")
                .isEqualTo(number("silhouette-alone"), within(1e-6));
    }

    @Test
    void theSilhouetteOfFarPairsIsWorkedOutByHand() {
        // Classes {0, 1} and {10, 12}: a is 1, 1, 2, 2 and b is 11, 10, 9.5, 11.5.
        LabelledPoints points = LabelledPoints.of(Points.of(new float[] {0, 1, 10, 12}, 1), new int[] {0, 0, 1, 1});

        assertThat(Silhouette.of(points, 1))
                .isEqualTo((10 / 11.0 + 9 / 10.0 + 7.5 / 9.5 + 9.5 / 11.5) / 4, within(1e-12));
        LabelledPoints same = LabelledPoints.of(Points.of(new float[4], 1), new int[] {0, 0, 1, 1});
        assertThat(Silhouette.of(same, 1)).as("all in one place").isZero();
    }

    @Test
    void aSampleIsDrawnInOrderAndFromEverywhere() {
        float[] values = new float[1_000];
        int[] labels = new int[1_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
            labels[i] = i % 10;
        }
        LabelledPoints all = LabelledPoints.of(Points.of(values, 1), labels);

        LabelledPoints some = all.sample(200, new RandomSource(3));

        assertThat(some.count()).isEqualTo(200);
        double mean = 0;
        for (int i = 0; i < 200; i++) {
            int drawn = (int) some.points().get(i, 0);
            assertThat(some.label(i)).isEqualTo(drawn % 10);
            assertThat(i == 0 || drawn > some.points().get(i - 1, 0)).isTrue();
            mean += drawn / 200.0;
        }
        assertThat(mean).isBetween(430.0, 570.0); // 3.8 standard errors around 499.5
        assertThat(all.sample(200, new RandomSource(3)).points().toArray())
                .containsExactly(some.points().toArray());
        assertThat(all.sample(1_000, new RandomSource(3))).isSameAs(all);
    }

    @Test
    void labelsOfADataSetGoWithItsCodes() {
        FloatDataset data =
                FloatDataset.of("labelled", Shape.of(2), new float[6]).withLabels(new int[] {4, 0, 4}, List.of());

        LabelledPoints points = LabelledPoints.of(Points.of(new float[] {1, 2, 3}, 1), data);

        assertThat(points.classes()).containsExactly(0, 4);
        assertThat(points.label(2)).isEqualTo(4);
        assertThatThrownBy(() -> LabelledPoints.of(Points.of(new float[2], 1), data))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Points need a label each, got 2 points and 3 labels");
    }

    @Test
    void refusesWhatCannotBeJudged() {
        LabelledPoints one = LabelledPoints.of(Points.of(new float[] {1, 2}, 1), new int[] {3, 3});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LinearProbe.fit(one, 1, done -> {}))
                .withMessage("A linear probe needs points of at least two classes, got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Silhouette.of(one, 1))
                .withMessage("A silhouette needs points of at least two classes, got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NearestNeighbourProbe.accuracy(one, one, 3, 1))
                .withMessage("neighbours must be 1 to the 2 known points, got 3");
        assertThatThrownBy(() -> NearestNeighbourProbe.accuracy(TRAIN, one, 1, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("of 1 dimensions")
                .hasMessageContaining("points of 5");
        assertThatThrownBy(() -> LinearProbe.fit(TRAIN, 1, done -> {}).predict(one.points()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("learned from points of 5 dimensions, got points of 1");
    }

    @Test
    void anInterruptedThreadStops() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> LinearProbe.fit(TRAIN, 1, done -> {}))
                .isInstanceOf(InterruptedComputationException.class);
        assertThatThrownBy(() -> Silhouette.of(TRAIN, 1)).isInstanceOf(InterruptedComputationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static LabelledPoints scattered(int count, int dimensions) {
        RandomGenerator random = new RandomSource(count).stream("scattered", 0);
        float[] values = new float[count * dimensions];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = random.nextInt(4);
            for (int d = 0; d < dimensions; d++) {
                values[i * dimensions + d] = random.nextFloat() + (d % 4 == labels[i] ? 0.2f : 0);
            }
        }
        return LabelledPoints.of(Points.of(values, dimensions), labels);
    }

    private static LabelledPoints golden(String name) {
        int[] labels = Arrays.stream(GoldenNumbers.read("probe-golden.txt", name + "-labels"))
                .mapToInt(value -> (int) value)
                .toArray();
        return LabelledPoints.of(Points.of(GoldenNumbers.readFloats("probe-golden.txt", name), 5), labels);
    }

    private static double number(String name) {
        return GoldenNumbers.read("probe-golden.txt", name)[0];
    }
}
