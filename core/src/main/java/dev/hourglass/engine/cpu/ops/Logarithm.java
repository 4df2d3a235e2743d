package dev.hourglass.engine.cpu.ops;

/** log in plain arithmetic, several times as fast as {@link StrictMath#log} and with the same bits everywhere. */
public final class Logarithm {
    private static final double LN2_HIGH = 0.6931471803691238;
    private static final double LN2_LOW = 1.9082149292705877e-10;
    /** The bits of the square root of 1/2: fractions lie between it and the root of 2. */
    private static final long ROOT_OF_HALF = 0x3FE6A09E667F3BCDL;

    private Logarithm() {}

    /**
     * log(x): the exponent's, and of the fraction twice the area tangent of {@code (f - 1) / (f + 1)} by its series up to the
     * 19th power; off by less than 1e-15 of itself or of 1, whichever is larger. What isn't a normal number above 0 is
     * {@link StrictMath}'s.
     */
    public static double of(double x) {
        if (!(x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE)) {
            return StrictMath.log(x);
        }
        long bits = Double.doubleToRawLongBits(x);
        long exponent = (bits - ROOT_OF_HALF) >> 52;
        double f = Double.longBitsToDouble(bits - (exponent << 52));
        double s = (f - 1) / (f + 1);
        double q = s * s;
        double series = 1.0 / 17 + q * (1.0 / 19);
        series = 1.0 / 15 + q * series;
        series = 1.0 / 13 + q * series;
        series = 1.0 / 11 + q * series;
        series = 1.0 / 9 + q * series;
        series = 1.0 / 7 + q * series;
        series = 1.0 / 5 + q * series;
        series = 1.0 / 3 + q * series;
        double rest = 2 * s + 2 * s * (q * series);
        return exponent * LN2_HIGH + (rest + exponent * LN2_LOW);
    }
}
