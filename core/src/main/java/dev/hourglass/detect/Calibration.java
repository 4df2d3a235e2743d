package dev.hourglass.detect;

import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * Finds thresholds, and says how far they could be off with other data of the kind. Intervals take the scores for independent, unless it
 * is said from which distance on they are: neighbouring steps of a series are alike.
 */
public final class Calibration {
    private static final double CONFIDENCE = 0.95;
    private static final int DRAWS = 500;
    private static final int LEAST_PEAKS = 10;
    /** Shares such as 0.01 are not exact in binary: 0.01 * 300 must be 3. */
    private static final double ROUNDING = 1e-9;

    private Calibration() {}

    /**
     * By scores of normal data on which the model was not trained.
     *
     * @param normal finite; copied
     * @param random draws the samples of the bootstrap; the same ones each time
     * @throws IllegalArgumentException if there are too few scores for the rule, or one is not finite
     */
    public static CalibratedThreshold fit(ThresholdRule.FromNormal rule, double[] normal, RandomSource random) {
        double[] sorted = sorted(normal);
        return switch (rule) {
            case ThresholdRule.Quantile quantile ->
                ordered(rule, sorted, quantile(sorted, quantile.share()), quantile.share(), "");
            case ThresholdRule.FalseAlarmRate alarms -> {
                int allowed = (int) Math.floor(alarms.rate() * sorted.length + ROUNDING);
                String note = allowed > 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%,d scores are too few for a rate of %s: the threshold is the largest of them. Take %,.0f, or peaks"
                                        + " over threshold.",
                                sorted.length,
                                alarms.rate(),
                                Math.ceil(1 / alarms.rate()));
                yield ordered(rule, sorted, sorted[sorted.length - 1 - allowed], 1 - alarms.rate(), note);
            }
            case ThresholdRule.MeanDeviations deviations -> {
                requireAtLeast(2, sorted, "a standard deviation");
                yield drawn(rule, sorted, some -> meanDeviations(some, deviations.deviations()), random, "");
            }
            case ThresholdRule.PeaksOverThreshold peaks -> {
                requireAtLeast((int) Math.ceil((LEAST_PEAKS + 1) / peaks.peaks()), sorted, "peaks over threshold");
                yield drawn(rule, sorted, some -> peaksOverThreshold(some, peaks), random, "");
            }
            case ThresholdRule.Conformal conformal -> {
                int allowed = (int) Math.floor(conformal.level() * (sorted.length + 1) + ROUNDING) - 1;
                requireAtLeast(
                        (int) Math.ceil(1 / conformal.level() - 1 - ROUNDING),
                        sorted,
                        "a conformal level of " + conformal.level());
                yield ordered(
                        rule,
                        sorted,
                        sorted[sorted.length - 1 - allowed],
                        1 - conformal.level(),
                        "On average at most " + conformal.level()
                                + " of normal samples are flagged, if they are exchangeable with these.");
            }
        };
    }

    /**
     * The same by scores of a series. Those above the threshold that lie near each other are one occurrence, and it is those that are
     * counted: the interval is that of as many independent scores as there would be then (the extremal index of Leadbetter 1983, by runs),
     * and the note says which share of as many other normal rows may be above the threshold. Lengths of occurrences vary as much as they
     * are long on average, so two of them say as much as one of equal ones.
     *
     * @param normal in order of time
     * @param apart scores above the threshold with fewer rows from one to the next are one occurrence, &gt;= 1
     */
    public static CalibratedThreshold fit(
            ThresholdRule.FromNormal rule, double[] normal, int apart, RandomSource random) {
        CalibratedThreshold alone = fit(rule, normal, random);
        int above = 0;
        int occurrences = 0;
        int last = -apart;
        for (int row = 0; row < normal.length; row++) {
            if (normal[row] > alone.threshold()) {
                above++;
                occurrences += row - last >= apart ? 1 : 0;
                last = row;
            }
        }
        if (above == occurrences) {
            return alone;
        }
        double share = (double) above / normal.length;
        int[] limits = PredictedCounts.of(occurrences / 2.0, (1 - CONFIDENCE) / 2);
        String note = String.format(
                Locale.ROOT,
                "The %,d normal rows above the threshold lie in %,d %s: of as many other normal rows %s may be above it.",
                above,
                occurrences,
                occurrences == 1 ? "run" : "runs",
                percent(share * 2 * limits[0] / occurrences, Math.min(1, share * 2 * limits[1] / occurrences)));
        int independent = Math.max(1, (int) Math.round((double) normal.length * occurrences / above));
        CalibratedThreshold wider =
                byOrder(rule) ? ordered(rule, sorted(normal), independent, alone.threshold(), 1 - share, note) : alone;
        return new CalibratedThreshold(
                rule,
                alone.threshold(),
                wider.low(),
                wider.high(),
                wider.interval(),
                normal.length,
                alone.note().isEmpty() ? note : alone.note() + " " + note);
    }

    private static boolean byOrder(ThresholdRule.FromNormal rule) {
        return switch (rule) {
            case ThresholdRule.Quantile ignored -> true;
            case ThresholdRule.FalseAlarmRate ignored -> true;
            case ThresholdRule.Conformal ignored -> true;
            case ThresholdRule.MeanDeviations ignored -> false;
            case ThresholdRule.PeaksOverThreshold ignored -> false;
        };
    }

    private static String percent(double low, double high) {
        return String.format(Locale.ROOT, "%.1f to %.1f %%", 100 * low, 100 * high);
    }

    /**
     * By scores of which it is known which are anomalies: those of other data than will be judged.
     *
     * @param scores finite
     * @param anomalous as many, some of them true and some not
     * @param random draws the samples of the bootstrap; the same ones each time
     * @throws IllegalArgumentException if they are not like that
     */
    public static CalibratedThreshold fit(
            ThresholdRule.Cost rule, double[] scores, boolean[] anomalous, RandomSource random) {
        if (scores.length != anomalous.length) {
            throw new IllegalArgumentException("Each score needs to be known as normal or anomalous, got "
                    + scores.length + " scores and " + anomalous.length + " truths");
        }
        requireFinite(scores);
        double[] bad = some(scores, anomalous, true);
        double[] good = some(scores, anomalous, false);
        if (bad.length == 0 || good.length == 0) {
            throw new IllegalArgumentException("a cost needs both normal and anomalous scores, got " + good.length
                    + " and " + bad.length + ". Take labelled data, or a rule for normal scores alone.");
        }
        Arrays.sort(bad);
        Arrays.sort(good);
        double[] draws = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            RandomGenerator stream = random.stream("calibration", draw);
            draws[draw] = cheapest(rule, resampled(bad, stream), resampled(good, stream));
        }
        Arrays.sort(draws);
        return new CalibratedThreshold(
                rule,
                cheapest(rule, bad, good),
                quantile(draws, (1 - CONFIDENCE) / 2),
                quantile(draws, (1 + CONFIDENCE) / 2),
                "95 % by bootstrap, " + DRAWS + " draws of normal and anomalous samples apart",
                scores.length,
                "");
    }

    private static double[] some(double[] scores, boolean[] anomalous, boolean which) {
        double[] found = new double[scores.length];
        int count = 0;
        for (int i = 0; i < scores.length; i++) {
            if (anomalous[i] == which) {
                found[count++] = scores[i];
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** The lowest of the scores that cost least as a threshold; below all of them where flagging everything does. */
    private static double cheapest(ThresholdRule.Cost rule, double[] bad, double[] good) {
        double best = Math.nextDown(Math.min(bad[0], good[0]));
        double least = good.length * rule.alarm();
        int b = 0;
        int g = 0;
        while (b < bad.length || g < good.length) {
            double threshold = Math.min(
                    b < bad.length ? bad[b] : Double.POSITIVE_INFINITY,
                    g < good.length ? good[g] : Double.POSITIVE_INFINITY);
            while (b < bad.length && bad[b] == threshold) {
                b++;
            }
            while (g < good.length && good[g] == threshold) {
                g++;
            }
            double cost = b * rule.miss() + (good.length - g) * rule.alarm();
            if (cost < least) {
                least = cost;
                best = threshold;
            }
        }
        return best;
    }

    /** With the interval that order statistics give for a quantile, whatever the distribution (Conover 1999, section 3.2). */
    private static CalibratedThreshold ordered(
            ThresholdRule rule, double[] sorted, double threshold, double share, String note) {
        return ordered(rule, sorted, sorted.length, threshold, share, note);
    }

    /** @param independent as how many independent scores they count, at most as many */
    private static CalibratedThreshold ordered(
            ThresholdRule rule, double[] sorted, int independent, double threshold, double share, String note) {
        double tail = (1 - CONFIDENCE) / 2;
        int[] limits = binomialLimits(independent, share, tail);
        double scores = (double) sorted.length / independent;
        double low = limits[0] == 0 ? Double.NEGATIVE_INFINITY : sorted[(int) (limits[0] * scores) - 1];
        double high = limits[1] >= independent ? Double.POSITIVE_INFINITY : sorted[(int) (limits[1] * scores)];
        String interval = independent == sorted.length
                ? "95 % by order statistics"
                : String.format(Locale.ROOT, "95 %% by order statistics, as of %,d independent scores", independent);
        return new CalibratedThreshold(rule, threshold, low, high, interval, sorted.length, note);
    }

    /** The binomial distribution's quantiles at a tail from below and from above. */
    private static int[] binomialLimits(int count, double share, double tail) {
        double[] weights = new double[count + 1];
        int mode = (int) Math.min(count, Math.floor((count + 1) * share));
        double odds = share / (1 - share);
        double sum = 1;
        weights[mode] = 1;
        for (int k = mode; k > 0 && weights[k] > 1e-20; k--) {
            weights[k - 1] = weights[k] * k / ((count - k + 1) * odds);
            sum += weights[k - 1];
        }
        for (int k = mode; k < count && weights[k] > 1e-20; k++) {
            weights[k + 1] = weights[k] * (count - k) * odds / (k + 1);
            sum += weights[k + 1];
        }
        int[] limits = {count, count};
        double below = 0;
        for (int k = 0; k <= count; k++) {
            below += weights[k] / sum;
            if (below >= tail && limits[0] == count) {
                limits[0] = k;
            }
            if (below >= 1 - tail) {
                limits[1] = k;
                break;
            }
        }
        return limits;
    }

    private static CalibratedThreshold drawn(
            ThresholdRule rule, double[] sorted, ToDoubleFunction<double[]> find, RandomSource random, String note) {
        double[] draws = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            draws[draw] = find.applyAsDouble(resampled(sorted, random.stream("calibration", draw)));
        }
        Arrays.sort(draws);
        return new CalibratedThreshold(
                rule,
                find.applyAsDouble(sorted),
                quantile(draws, (1 - CONFIDENCE) / 2),
                quantile(draws, (1 + CONFIDENCE) / 2),
                "95 % by bootstrap, " + DRAWS + " draws of single scores",
                sorted.length,
                note);
    }

    /** As many again, with replacement; rising. */
    private static double[] resampled(double[] sorted, RandomGenerator random) {
        int[] counts = new int[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            counts[random.nextInt(sorted.length)]++;
        }
        double[] drawn = new double[sorted.length];
        int at = 0;
        for (int i = 0; i < sorted.length; i++) {
            Arrays.fill(drawn, at, at + counts[i], sorted[i]);
            at += counts[i];
        }
        return drawn;
    }

    private static double meanDeviations(double[] scores, double deviations) {
        double mean = Arrays.stream(scores).sum() / scores.length;
        double squares = 0;
        for (double score : scores) {
            squares += (score - mean) * (score - mean);
        }
        return mean + deviations * Math.sqrt(squares / (scores.length - 1));
    }

    private static double peaksOverThreshold(double[] sorted, ThresholdRule.PeaksOverThreshold rule) {
        double start = quantile(sorted, 1 - rule.peaks());
        double[] excesses =
                Arrays.stream(sorted).filter(s -> s > start).map(s -> s - start).toArray();
        // Drawn with replacement, all peaks may be one score: it is then the threshold.
        if (excesses.length == 0 || excesses[0] == excesses[excesses.length - 1]) {
            return sorted[sorted.length - 1];
        }
        double chance = Math.min(1, rule.rate() * sorted.length / excesses.length);
        return start + GeneralizedPareto.fit(excesses).exceededBy(chance);
    }

    /** As {@code numpy.quantile} has it. */
    static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
    }

    static double[] sorted(double[] scores) {
        if (scores.length == 0) {
            throw new IllegalArgumentException("a threshold needs scores of normal data, got none");
        }
        requireFinite(scores);
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private static void requireFinite(double[] scores) {
        for (int i = 0; i < scores.length; i++) {
            if (!Double.isFinite(scores[i])) {
                throw new IllegalArgumentException("scores must be finite, but that of sample " + i + " is " + scores[i]
                        + ". Correct or drop the sample.");
            }
        }
    }

    private static void requireAtLeast(int count, double[] scores, String what) {
        if (scores.length < count) {
            throw new IllegalArgumentException(what + " needs at least " + count + " scores of normal data, got "
                    + scores.length + ". Hold out more, or take a quantile.");
        }
    }
}
