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

/** Against the numbers of SKAB's own scorer, which it rounds to two digits. */
class SkabTest {
    private static boolean[] flags(String name, int rows) {
        boolean[] flags = new boolean[rows];
        for (Segment segment : Golden.segments("skab", name)) {
            for (int i = segment.first(); i <= segment.last(); i++) {
                flags[i] = true;
            }
        }
        return flags;
    }

    private static List<Long> at(boolean[] flags, long[] times) {
        List<Long> at = new ArrayList<>();
        for (int i = 0; i < flags.length; i++) {
            if (flags[i]) {
                at.add(times[i]);
            }
        }
        return at;
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing_predicted", "overlapping_windows", "two_series"})
    void ratesAndChangePointsAreThoseOfSkab(String name) {
        Confusion rows = new Confusion(0, 0, 0, 0);
        List<ChangePoints.Series> all = new ArrayList<>();
        for (int i = 0; i < Golden.read("skab", name + "-series")[0]; i++) {
            String series = name + "-" + i;
            long[] times = Golden.times("skab", series + "-times");
            rows = rows.plus(Confusion.of(
                    Labels.of(flags(series + "-anomaly", times.length)), flags(series + "-pred", times.length)));
            all.add(new ChangePoints.Series(
                    at(flags(series + "-cp", times.length), times),
                    at(flags(series + "-predcp", times.length), times)));
        }

        double[] counts = Golden.read("skab", name + "-counts");
        assertThat(rows).isEqualTo(new Confusion(counts[0], counts[1], counts[2], counts[3]));
        double[] rates = Golden.read("skab", name + "-rates");
        assertThat(rows.f1()).isCloseTo(rates[0], within(0.00501));
        assertThat(100 * rows.falseAlarmRate()).isCloseTo(rates[1], within(0.00501));
        assertThat(100 * rows.missedAlarmRate()).isCloseTo(rates[2], within(0.00501));
        for (ChangePoints.Side side : ChangePoints.Side.values()) {
            double[] changes =
                    Golden.read("skab", name + "-changes-" + side.name().toLowerCase(Locale.ROOT));
            requireScore(all, side, NabProfile.STANDARD, changes[0]);
            requireScore(all, side, NabProfile.REWARD_LOW_FP_RATE, changes[1]);
            requireScore(all, side, NabProfile.REWARD_LOW_FN_RATE, changes[2]);
        }
    }

    private static void requireScore(
            List<ChangePoints.Series> all, ChangePoints.Side side, NabProfile profile, double expected) {
        assertThat(ChangePoints.score(all, 60, side, profile))
                .as("%s %s", side, profile)
                .isCloseTo(expected, within(0.00501));
    }

    @Test
    void aChangePredictedAtOnceIsWorthAHundred() {
        List<ChangePoints.Series> all = List.of(new ChangePoints.Series(List.of(100L), List.of(100L)));

        assertThat(ChangePoints.score(all, 60, ChangePoints.Side.AFTER, NabProfile.STANDARD))
                .isCloseTo(100, within(1e-12));
    }

    @Test
    void seriesWithoutAChangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChangePoints.score(
                        List.of(new ChangePoints.Series(List.of(), List.of(5L))),
                        60,
                        ChangePoints.Side.AFTER,
                        NabProfile.STANDARD))
                .withMessageStartingWith("SKAB's score needs a change point");
    }

    @Test
    void timesThatFallAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChangePoints.Series(List.of(5L, 4L), List.of()))
                .withMessage("times of change points must not fall, but 4 comes after 5. Sort them.");
    }
}
