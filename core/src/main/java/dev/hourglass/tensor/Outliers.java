package dev.hourglass.tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Samples whose errors lie far above those of the others. By their logarithms, since errors are spread over orders of
 * magnitude: the upper quartile plus 1.5 times the distance of the quartiles is the fence (Tukey 1977). Of logarithms that are
 * normally distributed 0.35 % lie above it.
 *
 * @param share of the samples that may be outliers at most, 0 to 1
 * @param of so many samples
 * @param samples the worst first
 * @param spared how many more are above the fence, and are not among these because the share is used up
 */
public record Outliers(double share, int of, List<Sample> samples, int spared) {
    /** Nothing was looked for. */
    public static final Outliers NONE = new Outliers(0, 0, List.of(), 0);

    private static final double FENCE = 1.5;
    private static final double LEAST_ERROR = 1e-12;

    /**
     * @param error over the median one
     */
    public record Sample(int index, double error) {}

    public Outliers {
        samples = List.copyOf(samples);
    }

    /**
     * Those of some errors.
     *
     * @param errors &gt;= 0, one a sample
     * @param share that may be outliers at most
     */
    public static Outliers of(double[] errors, double share) {
        return ofLogarithms(logarithms(errors), share);
    }

    /**
     * The natural logarithms of errors over the median one. Errors below 1e-12 count as that.
     *
     * @param errors at least one
     */
    public static double[] logarithms(double[] errors) {
        double[] logarithms = Arrays.stream(errors)
                .map(error -> StrictMath.log(Math.max(error, LEAST_ERROR)))
                .toArray();
        double median = sorted(logarithms)[logarithms.length / 2];
        return Arrays.stream(logarithms).map(each -> each - median).toArray();
    }

    /** The same of logarithms, such as means over epochs. */
    public static Outliers ofLogarithms(double[] logarithms, double share) {
        if (logarithms.length == 0) {
            return NONE;
        }
        double fence = fence(sorted(logarithms));
        int[] above = IntStream.range(0, logarithms.length)
                .filter(i -> logarithms[i] > fence)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> logarithms[i])
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Sample> samples = Arrays.stream(above)
                .limit((long) (share * logarithms.length))
                .mapToObj(i -> new Sample(i, StrictMath.exp(logarithms[i])))
                .toList();
        return new Outliers(share, logarithms.length, samples, above.length - samples.size());
    }

    private static double fence(double[] sorted) {
        double lower = sorted[(sorted.length - 1) / 4];
        double upper = sorted[(int) (3L * (sorted.length - 1) / 4)];
        return upper + FENCE * (upper - lower);
    }

    private static double[] sorted(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** Which samples are no outliers, one a sample. */
    public boolean[] kept() {
        boolean[] kept = new boolean[of];
        Arrays.fill(kept, true);
        samples.forEach(sample -> kept[sample.index()] = false);
        return kept;
    }
}
