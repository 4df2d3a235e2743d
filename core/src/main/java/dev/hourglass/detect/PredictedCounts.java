package dev.hourglass.detect;

/**
 * How often what was seen some times will be seen in as many other trials: negative binomial, of a Poisson distribution whose mean is
 * unknown but for what was seen (with Jeffreys' prior; Nelson 1982, section 6.2).
 */
final class PredictedCounts {
    private PredictedCounts() {}

    /**
     * @param seen how often, &gt;= 0; a half counts as such
     * @param tail beyond each limit, above 0 and below a half, such as 0.025
     * @return the fewest and the most
     */
    static int[] of(double seen, double tail) {
        double shape = seen + 0.5;
        double logarithm = shape * Math.log(0.5);
        double below = Math.exp(logarithm);
        int count = 0;
        int low = -1;
        while (below < 1 - tail) {
            if (low < 0 && below >= tail) {
                low = count;
            }
            logarithm += Math.log((count + shape) / (count + 1) / 2);
            count++;
            below += Math.exp(logarithm);
        }
        return new int[] {low < 0 ? count : low, count};
    }
}
