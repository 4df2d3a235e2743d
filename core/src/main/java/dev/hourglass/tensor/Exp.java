package dev.hourglass.tensor;

/**
 * exp as a power of two times a polynomial of degree 7 in what is left, as Cephes has it (expf.c); the same bits
 * wherever it is computed.
 */
final class Exp {
    /** Below, the result would be no normal number: it is 0. */
    static final float LEAST = -87.33654f;
    /** Above, the power of two has no exponent: the result is infinite. */
    static final float MOST = 88.37626f;

    static final float LOG2_E = 1.442695f;
    /** log 2 in two parts; the last bits of the first are 0, so that its products with small whole numbers are exact. */
    static final float LN2_HIGH = 0x1.63p-1f;

    static final float LN2_LOW = -0.00021219444f;
    /** Added and taken off again, it rounds to a whole number, which then stands in the sum's last bits. */
    static final float ROUNDING = 12582912f;

    /** The exponent of 1, in place. */
    static final int BIAS = 127 << 23;

    static final float C7 = 0.00019875691f;
    static final float C6 = 0.0013981999f;
    static final float C5 = 0.008333452f;
    static final float C4 = 0.041665796f;
    static final float C3 = 0.16666666f;
    static final float C2 = 0.5f;

    private Exp() {}

    static float exp(float value) {
        float x = value > MOST ? MOST : value;
        x = x < LEAST ? LEAST : x;
        float rounded = Math.fma(x, LOG2_E, ROUNDING);
        float whole = rounded - ROUNDING;
        float r = Math.fma(whole, -LN2_HIGH, x);
        r = Math.fma(whole, -LN2_LOW, r);
        float p = Math.fma(r, C7, C6);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r * r, r) + 1;
        float result = p * Float.intBitsToFloat((Float.floatToRawIntBits(rounded) << 23) + BIAS);
        result = value > MOST ? Float.POSITIVE_INFINITY : result;
        return value < LEAST ? 0 : result;
    }
}
