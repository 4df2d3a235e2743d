package dev.hourglass.detect.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.RandomSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the scorers of TSB-AD and Orion. */
class SeriesMetricsTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final boolean[] NOTHING = new boolean[100];

    private static LabelledScores scores(String name) {
        double[] scores = Golden.read("points", name + "-scores");
        return LabelledScores.of(scores, Labels.of(Golden.segments("points", name + "-segments"), scores.length));
    }

    private static boolean[] flags(String name) {
        return scores(name).above(Golden.read("points", name + "-threshold")[0]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "close_segments_late",
                "constant_score",
                "constant_score_nothing_predicted",
                "edges",
                "no_anomaly",
                "one_segment_ties",
                "perfect",
                "point_adjust_trap",
                "points"
            })
    void bestValuesAreThoseOfTsbAd(String name) {
        LabelledScores scores = scores(name);
        double[] best = Golden.read("points", name + "-best");

        assertThat(PointMetrics.rocAuc(scores)).isCloseTo(best[0], EXACT);
        assertThat(PointMetrics.averagePrecision(scores)).isCloseTo(best[1], EXACT);
        assertThat(PointMetrics.bestF1(scores).value()).isCloseTo(best[2], EXACT);
        assertThat(PointAdjustedF1.best(scores).value()).isCloseTo(best[3], EXACT);
        assertThat(EventF1.best(scores).value()).isCloseTo(best[4], EXACT);
        assertThat(RangeF1.best(scores).value()).isCloseTo(best[5], EXACT);
        if (scores.labels().count() > 0) {
            assertThat(Affiliation.best(scores).value()).isCloseTo(best[6], EXACT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "close_segments_late",
                "constant_score",
                "constant_score_nothing_predicted",
                "edges",
                "one_segment_ties",
                "perfect",
                "point_adjust_trap",
                "points"
            })
    void volumesAreThoseOfTsbAd(String name) {
        LabelledScores scores = scores(name);
        double[] expected = Golden.read("points", name + "-vus");

        assertThat(expected.length).isGreaterThanOrEqualTo(6);
        for (int i = 0; i < expected.length; i += 3) {
            VolumeUnderSurface volume = VolumeUnderSurface.of(scores, (int) expected[i]);
            assertThat(volume.roc()).as("window %s", expected[i]).isCloseTo(expected[i + 1], EXACT);
            assertThat(volume.pr()).as("window %s", expected[i]).isCloseTo(expected[i + 2], EXACT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "close_segments_late",
                "constant_score",
                "constant_score_nothing_predicted",
                "edges",
                "one_segment_ties",
                "perfect",
                "point_adjust_trap",
                "points"
            })
    void valuesAtAThresholdAreThoseOfTsbAd(String name) {
        Labels truth = scores(name).labels();
        boolean[] flags = flags(name);
        double[] at = Golden.read("points", name + "-at");

        double f1 = Confusion.of(truth, flags).f1();
        assertThat(Double.isNaN(f1) ? 0 : f1).isCloseTo(at[0], EXACT);
        assertThat(PointAdjustedF1.at(truth, flags)).isCloseTo(at[1], EXACT);
        assertThat(EventF1.at(truth, flags)).isCloseTo(at[2], EXACT);
        assertThat(RangeF1.at(truth, flags)).isCloseTo(at[3], EXACT);
        assertThat(Affiliation.at(truth, flags).f1()).isCloseTo(at[4], EXACT);
        assertThat(RangeF1.recall(truth, flags)).isCloseTo(Golden.read("points", name + "-recall")[0], EXACT);
        assertThat(RangeF1.precision(truth, flags)).isCloseTo(Golden.read("points", name + "-precision")[0], EXACT);
        requireAffiliation(Affiliation.at(truth, flags), Golden.read("points", name + "-affiliation"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"paper_like", "far", "inside", "cover", "three", "straddle_zone", "none_pred"})
    void affiliationIsThatOfItsAuthors(String name) {
        Affiliation affiliation = Affiliation.of(halfOpen(name + "-truth"), halfOpen(name + "-predicted"), (int)
                Golden.read("affiliation", name + "-rows")[0]);

        requireAffiliation(affiliation, Golden.read("affiliation", name + "-result"));
    }

    private static List<Segment> halfOpen(String name) {
        return Golden.segments("affiliation", name).stream()
                .map(s -> new Segment(s.first(), s.last() - 1))
                .toList();
    }

    private static void requireAffiliation(Affiliation found, double[] expected) {
        int zones = found.zoneRecalls().size();
        assertThat(expected).hasSize(2 + 2 * zones);
        assertThat(found.precision()).isCloseTo(expected[0], EXACT);
        assertThat(found.recall()).isCloseTo(expected[1], EXACT);
        for (int j = 0; j < zones; j++) {
            assertThat(found.zonePrecisions().get(j)).isCloseTo(expected[2 + j], EXACT);
            assertThat(found.zoneRecalls().get(j)).isCloseTo(expected[2 + zones + j], EXACT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "close_segments_late",
                "constant_score",
                "constant_score_nothing_predicted",
                "edges",
                "no_anomaly",
                "one_segment_ties",
                "perfect",
                "point_adjust_trap",
                "points"
            })
    void overlapsOfFlaggedRowsAreThoseOfOrion(String name) {
        List<TimeInterval> truth = intervals(scores(name).labels().segments());
        List<TimeInterval> found = intervals(Segment.of(flags(name)));
        TimeInterval data = new TimeInterval(0, scores(name).rows() - 1);

        requireSegments(OverlappingSegments.count(truth, found), Golden.read("points", name + "-overlap"));
        requireWeights(OverlappingSegments.weigh(truth, found, data), Golden.read("points", name + "-weighted"));
    }

    private static List<TimeInterval> intervals(List<Segment> segments) {
        return segments.stream().map(s -> new TimeInterval(s.first(), s.last())).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "simple",
                "two_observed_one_expected",
                "one_observed_two_expected",
                "touching",
                "adjacent_by_padding",
                "disjoint",
                "duplicates_observed",
                "mixed"
            })
    void overlapsOfIntervalsAreThoseOfOrion(String name) {
        List<TimeInterval> truth = Golden.intervals("orion", name + "-expected");
        List<TimeInterval> found = Golden.intervals("orion", name + "-observed");
        TimeInterval data = Golden.intervals("orion", name + "-limits").getFirst();
        double[] weighted = Golden.read("orion", name + "-weighted");

        requireSegments(OverlappingSegments.count(truth, found), Golden.read("orion", name + "-overlap"));
        requireWeights(OverlappingSegments.weigh(truth, found, data), weighted);
        assertThat(OverlappingSegments.weigh(truth, found, data).accuracy()).isCloseTo(weighted[7], EXACT);
    }

    private static void requireSegments(Confusion found, double[] expected) {
        assertThat(found.falsePositives()).isEqualTo(expected[0]);
        assertThat(found.falseNegatives()).isEqualTo(expected[1]);
        assertThat(found.truePositives()).isEqualTo(expected[2]);
        requireRates(found, Arrays.copyOfRange(expected, 3, 6));
    }

    private static void requireWeights(Confusion found, double[] expected) {
        assertThat(found).isEqualTo(new Confusion(expected[3], expected[0], expected[1], expected[2]));
        requireRates(found, Arrays.copyOfRange(expected, 4, 7));
    }

    /** Orion's F1 is undefined where precision or recall is, or both are 0; ours is then 0 or undefined. */
    private static void requireRates(Confusion found, double[] expected) {
        assertThat(found.precision()).isCloseTo(expected[0], EXACT);
        assertThat(found.recall()).isCloseTo(expected[1], EXACT);
        if (Double.isNaN(expected[2])) {
            assertThat(found.truePositives()).isZero();
        } else {
            assertThat(found.f1()).isCloseTo(expected[2], EXACT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sine25", "white", "line", "square40", "constant", "sine350"})
    void periodsAreThoseOfTsbAd(String name) {
        assertThat(PeriodEstimate.of(Golden.read("periods", name + "-values")))
                .isEqualTo((int) Golden.read("periods", name + "-period")[0]);
    }

    @Test
    void noiseGetsAHighPointAdjustedF1WhereSegmentsAreLong() {
        Labels truth = Labels.of(List.of(new Segment(300, 399), new Segment(700, 799)), 1000);

        double noise = PointAdjustedF1.ofRandomScores(truth, new RandomSource(1));

        assertThat(noise).isBetween(0.8, 1.0).isEqualTo(PointAdjustedF1.ofRandomScores(truth, new RandomSource(1)));
    }

    /** The slices visit only rows near anomalies; here all rows are, with buffers that overlap. */
    @Test
    void volumesAreThoseOfTheDefinitionWordForWord() {
        long seed = 20261130;
        RandomGenerator random = new RandomSource(seed).stream("vus", 0);
        for (int round = 0; round < 20; round++) {
            int rows = 20 + random.nextInt(400);
            double[] scores =
                    random.doubles(rows).map(v -> Math.round(v * 50) / 50.0).toArray();
            boolean[] anomalous = new boolean[rows];
            for (int k = 0; k < 5; k++) {
                int first = random.nextInt(rows - 3);
                Arrays.fill(anomalous, first, first + 1 + random.nextInt(3), true);
            }
            int window = random.nextInt(20);
            double[] slow = slowVolume(scores, anomalous, window);

            VolumeUnderSurface fast = VolumeUnderSurface.of(LabelledScores.of(scores, Labels.of(anomalous)), window);

            assertThat(fast.roc()).as("seed %d, round %d", seed, round).isCloseTo(slow[0], EXACT);
            assertThat(fast.pr()).as("seed %d, round %d", seed, round).isCloseTo(slow[1], EXACT);
        }
    }

    private static double[] slowVolume(double[] scores, boolean[] anomalous, int window) {
        int n = scores.length;
        List<Segment> segments = Segment.of(anomalous);
        double[] falling =
                Arrays.stream(scores).map(v -> -v).sorted().map(v -> -v).toArray();
        long positives = IntStream.range(0, n).filter(i -> anomalous[i]).count();
        double roc = 0;
        double pr = 0;
        for (int w = 0; w <= window; w++) {
            int h = w / 2;
            double[] e = new double[n];
            boolean[] near = new boolean[n];
            boolean[] joined = new boolean[n];
            for (Segment s : segments) {
                for (int i = Math.max(0, s.first() - h); i <= Math.min(n - 1, s.last() + h); i++) {
                    int d = Math.max(0, Math.max(s.first() - i, i - s.last()));
                    e[i] += d == 0 ? 1 : Math.sqrt(1 - (double) d / w);
                    near[i] = true;
                    joined[i] |= i > Math.max(0, s.first() - h);
                }
            }
            // Neighbours whose widened segments touch without sharing a row stay apart.
            int[] zone = new int[n];
            int zones = 0;
            for (int i = 0; i < n; i++) {
                zones += near[i] && !joined[i] ? 1 : 0;
                zone[i] = zones - 1;
            }
            double beforeX = 0;
            double beforeY = 0;
            for (int k = 0; k < 250; k++) {
                double t = falling[(int) ((double) k * (n - 1) / 249)];
                double tp = 0;
                double b = 0;
                int count = 0;
                boolean[] found = new boolean[zones];
                for (int i = 0; i < n; i++) {
                    if (scores[i] >= t) {
                        count++;
                        tp += Math.min(1, e[i]);
                        b += anomalous[i] ? 0 : Math.min(1, e[i]);
                        if (near[i]) {
                            found[zone[i]] = true;
                        }
                    }
                }
                double p = positives + b / 2;
                double y = Math.min(1, tp / p)
                        * IntStream.range(0, zones).filter(z -> found[z]).count()
                        / zones;
                double x = (count - tp) / (n - p);
                roc += (x - beforeX) * (y + beforeY) / 2;
                pr += (y - beforeY) * tp / count;
                beforeX = x;
                beforeY = y;
            }
            roc += (1 - beforeX) * (1 + beforeY) / 2;
        }
        return new double[] {roc / (window + 1), pr / (window + 1)};
    }

    @Test
    void aVolumeOverAHundredThousandRowsTakesLittleTime() {
        RandomGenerator random = new RandomSource(5).stream("long", 0);
        int rows = 100_000;
        boolean[] anomalous = new boolean[rows];
        for (int first = 2_000; first < rows; first += 10_000) {
            Arrays.fill(anomalous, first, first + 1_000, true);
        }
        LabelledScores scores = LabelledScores.of(random.doubles(rows).toArray(), Labels.of(anomalous));

        // 0.2 s on an idle core; each slice over all rows would take 50 times as long.
        Assertions.assertTimeout(
                Duration.ofSeconds(10),
                () -> assertThat(VolumeUnderSurface.of(scores, 100).roc()).isBetween(0.4, 0.7));
    }

    @Test
    void labelsOfAnotherLengthAreRefused() {
        Labels labels = Labels.of(NOTHING);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelledScores.of(new double[99], labels))
                .withMessage(
                        "Each row needs a score and a label, got 99 scores and 100 labels. Take the labels of the data that"
                                + " were scored.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RangeF1.at(labels, new boolean[101]))
                .withMessageContaining("101 predictions for 100 labels");
    }

    @Test
    void scoresThatAreNoNumbersAreRefused() {
        double[] scores = new double[100];
        scores[7] = Double.NaN;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelledScores.of(scores, Labels.of(NOTHING)))
                .withMessageStartingWith("scores must be finite, but that of row 7 (from 0) is NaN.");
    }

    @Test
    void anomaliesOutsideTheDataAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Labels.of(List.of(new Segment(90, 100)), 100))
                .withMessageStartingWith("the anomaly of rows 90 to 100 is not inside the data's rows 0 to 99.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Affiliation.of(List.of(new Segment(1, 2)), List.of(new Segment(0, 10)), 10))
                .withMessageContaining("rows 0 to 9");
    }

    @Test
    void whatNeedsAnAnomalySaysSo() {
        LabelledScores none = LabelledScores.of(new double[100], Labels.of(NOTHING));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> VolumeUnderSurface.of(none, 10))
                .withMessageStartingWith("VUS needs an anomaly");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Affiliation.best(none))
                .withMessageStartingWith("affiliation needs an anomaly");
    }

    @Test
    void windowsOfVolumesAreBounded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VolumeUnderSurface.of(scores("points"), 501))
                .withMessageStartingWith("VUS's window must be from 0 to the number of rows, 500, got 501.");
    }
}
