package dev.hourglass.tensor;

/**
 * tanh as a ratio of an odd polynomial of degree 13 and an even one of degree 6, as Eigen has it
 * (generic_fast_tanh_float); beyond {@link #LIMIT} float32 knows only -1 and 1. Off by a few units in the last
 * place, and the same bits wherever it is computed.
 */
final class Tanh {
    static final float LIMIT = 7.905311f;
    static final float A13 = -2.7607684E-16f;
    static final float A11 = 2.000188E-13f;
    static final float A9 = -8.604672E-11f;
    static final float A7 = 5.1222973E-8f;
    static final float A5 = 1.48572235E-5f;
    static final float A3 = 6.3726195E-4f;
    static final float A1 = 4.8935246E-3f;
    static final float B6 = 1.1982584E-6f;
    static final float B4 = 1.1853471E-4f;
    static final float B2 = 2.2684347E-3f;
    static final float B0 = 4.893525E-3f;

    private Tanh() {}

    static float tanh(float value) {
        // In this order NaN stays NaN: a comparison with it is false.
        float x = value > LIMIT ? LIMIT : value;
        x = x < -LIMIT ? -LIMIT : x;
        float s = x * x;
        float p = Math.fma(s, A13, A11);
        p = Math.fma(p, s, A9);
        p = Math.fma(p, s, A7);
        p = Math.fma(p, s, A5);
        p = Math.fma(p, s, A3);
        p = Math.fma(p, s, A1);
        float q = Math.fma(s, B6, B4);
        q = Math.fma(q, s, B2);
        q = Math.fma(q, s, B0);
        return p * x / q;
    }
}
