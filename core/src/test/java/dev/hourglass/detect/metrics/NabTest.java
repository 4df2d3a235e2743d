package dev.hourglass.detect.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against NAB's own scorer. */
class NabTest {
    private static List<NabSeries> files(String name) {
        List<NabSeries> files = new ArrayList<>();
        for (int i = 0; i < Golden.read("nab", name + "-files")[0]; i++) {
            long[] times = Golden.times("nab", name + "-" + i + "-times");
            List<Segment> windows = Golden.intervals("nab", name + "-" + i + "-windows").stream()
                    .map(window -> window.rows(times))
                    .toList();
            files.add(NabSeries.of(Golden.read("nab", name + "-" + i + "-scores"), windows));
        }
        return files;
    }

    private static String golden(String name, NabProfile profile) {
        String key =
                profile.name().toLowerCase(Locale.ROOT).replace("_fp_", "_FP_").replace("_fn_", "_FN_");
        return name + "-" + key;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "duplicate_at_limits",
                "duplicate_timestamps",
                "null_detector",
                "one_file",
                "speed_7578",
                "three_files",
                "window_inside_probation"
            })
    void optimumAndThresholdsAreThoseOfNab(String name) {
        Nab nab = Nab.of(files(name));
        for (NabProfile profile : NabProfile.values()) {
            String golden = golden(name, profile);
            NabScore best = nab.best(profile);

            requireScore(best, Golden.read("nab", golden + "-best"), 0);
            assertThat(best.normalised()).isCloseTo(Golden.read("nab", golden + "-normalised")[2], within(1e-9));
            double[] thresholds = Golden.read("nab", golden + "-thresholds");
            for (int i = 0; i < thresholds.length; i += 7) {
                requireScore(nab.at(profile, thresholds[i]), thresholds, i);
            }
        }
    }

    private static void requireScore(NabScore found, double[] expected, int at) {
        assertThat(found.threshold()).isEqualTo(expected[at]);
        assertThat(found.sum()).as("sum at %s", expected[at]).isCloseTo(expected[at + 1], within(1e-9));
        assertThat(found.rows())
                .as("rows at %s", expected[at])
                .isEqualTo(new Confusion(expected[at + 2], expected[at + 3], expected[at + 4], expected[at + 5]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "duplicate_at_limits",
                "duplicate_timestamps",
                "one_file",
                "three_files",
                "window_inside_probation"
            })
    void aRowIsWorthWhatNabSays(String name) {
        List<NabSeries> files = files(name);
        for (int i = 0; i < files.size(); i++) {
            double[] expected = Golden.read("nab", name + "-standard-" + i + "-values");
            NabSeries file = files.get(i);

            assertThat(file.rows()).isEqualTo(expected.length);
            for (int row = 0; row < expected.length; row++) {
                double weighted = file.value(row) * (file.value(row) > 0 ? 1 : 0.11);
                assertThat(weighted).as("file %d, row %d", i, row).isCloseTo(expected[row], within(1e-9));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "duplicate_at_limits",
                "duplicate_timestamps",
                "one_file",
                "three_files",
                "window_inside_probation"
            })
    void sumsOfFilesAddUpToThatOfAll(String name) {
        List<NabSeries> files = files(name);
        Nab all = Nab.of(files);
        for (NabProfile profile : NabProfile.values()) {
            for (double threshold : new double[] {0, 0.3, 0.7, 0.95, 1.1}) {
                double sum = files.stream()
                        .mapToDouble(file -> Nab.sum(file, profile, threshold))
                        .sum();

                assertThat(sum)
                        .as("%s at %s", profile, threshold)
                        .isCloseTo(all.at(profile, threshold).sum(), within(1e-9));
            }
        }
    }

    @Test
    void aFileScoredOtherwiseIsTheSameFile() {
        NabSeries file = files("one_file").getFirst();
        double[] scores = new double[file.rows()];
        scores[scores.length / 2] = 1;
        NabSeries other = file.withScores(scores);

        assertThat(other.windows()).isEqualTo(file.windows());
        assertThat(other.value(scores.length / 2)).isEqualTo(file.value(scores.length / 2));
        assertThat(other.score(scores.length / 2)).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> file.withScores(new double[3]))
                .withMessageContaining("got 3 scores for " + scores.length + " rows");
    }

    @Test
    void aWindowOfOneRowIsRefusedWhereNabDividesByZero() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files("width_one_window"))
                .withMessageStartingWith("NAB's windows must be of two rows or more, got one of row 50 alone.");
    }

    @Test
    void windowsThatAreNotOfTheDataAreRefused() {
        long[] times = {0, 300, 600};

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TimeInterval(0, 450).rows(times))
                .withMessageStartingWith("no row is at 450");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NabSeries.of(new double[3], List.of(new Segment(1, 3))))
                .withMessageContaining("not inside the data's rows 0 to 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NabSeries.of(new double[9], List.of(new Segment(1, 4), new Segment(4, 6))))
                .withMessageContaining("Merge those that overlap");
    }

    @Test
    void scoresAboveOneAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NabSeries.of(new double[] {0, 17}, List.of()))
                .withMessageStartingWith("NAB's scores must be at most 1, got 17.0 at row 1");
    }

    @Test
    void filesWithoutAWindowAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Nab.of(List.of(NabSeries.of(new double[9], List.of()))))
                .withMessageStartingWith("NAB needs a window");
    }
}
