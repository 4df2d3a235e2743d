package dev.hourglass.detect.series;

/** How likely a standard normal number is at least as large as a given one. */
final class GaussianTail {
    /** Below, the series of the error function has all its digits; above, the continued fraction is short. */
    private static final double MEETING = 2;

    private static final int TERMS = 60;

    private GaussianTail() {}

    static double above(double deviations) {
        double x = deviations / Math.sqrt(2);
        double beyond = Math.abs(x) < MEETING ? 1 - errorFunction(Math.abs(x)) : complement(Math.abs(x));
        return x >= 0 ? beyond / 2 : 1 - beyond / 2;
    }

    /** Abramowitz and Stegun 1964, 7.1.6. */
    private static double errorFunction(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < TERMS; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** Abramowitz and Stegun 1964, 7.1.14. */
    private static double complement(double x) {
        double fraction = x;
        for (int n = TERMS; n >= 1; n--) {
            fraction = x + n / 2.0 / fraction;
        }
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
    }
}
