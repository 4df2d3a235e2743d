package dev.hourglass.tensor;

/** exp of doubles in plain arithmetic, which vector instructions do for several numbers at once; the same bits everywhere. */
public final class Exponential {
    /** Below, nothing is left of 1 + exp(x), and far from where the power of two would have no exponent. */
    static final double LEAST = -64;

    static final double LOG2_E = 1.4426950408889634;
    /** log 2 in two parts; the last bits of the first are 0, so that its products with small whole numbers are exact. */
    static final double LN2_HIGH = 0.6931471803691238;

    static final double LN2_LOW = 1.9082149292705877e-10;
    /** Added and taken off again, it rounds as {@link Math#rint}; the whole number then stands in the sum's last bits. */
    static final double ROUNDING = 6755399441055744.0;

    /** The exponent of 1. */
    static final long BIAS = 1023;

    private Exponential() {}

    /**
     * exp(-x): a power of two times Taylor's series up to the 11th power, off by less than 1e-14 of itself.
     *
     * @param x >= 0; from 64 on all are taken for 64; NaN stays NaN
     */
    public static double ofMinus(double x) {
        double power = -x < LEAST ? LEAST : -x;
        double whole = Math.rint(power * LOG2_E);
        double r = (power - whole * LN2_HIGH) - whole * LN2_LOW;
        double series = 1 + r * (1.0 / 11);
        series = 1 + r * (1.0 / 10) * series;
        series = 1 + r * (1.0 / 9) * series;
        series = 1 + r * (1.0 / 8) * series;
        series = 1 + r * (1.0 / 7) * series;
        series = 1 + r * (1.0 / 6) * series;
        series = 1 + r * (1.0 / 5) * series;
        series = 1 + r * (1.0 / 4) * series;
        series = 1 + r * (1.0 / 3) * series;
        series = 1 + r * (1.0 / 2) * series;
        series = 1 + r * series;
        return series * Double.longBitsToDouble(((long) whole + BIAS) << 52);
    }
}
