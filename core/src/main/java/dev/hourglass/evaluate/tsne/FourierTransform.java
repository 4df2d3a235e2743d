package dev.hourglass.evaluate.tsne;

/**
 * Discrete Fourier transforms of many columns at once: element k of each column stands in row k, and a butterfly
 * combines whole rows, which the compiler turns into vector code. In place.
 *
 * <p>{@link #forward} leaves the frequencies in an order of its own (decimation in frequency, no reordering) and
 * {@link #inverse} takes that order (decimation in time). A convolution never asks which frequency is where, as long as
 * its kernel was transformed in the same way.
 */
final class FourierTransform {
    private final int length;
    private final float[] cosines;
    private final float[] sines;

    /** @param length a power of two, or three times one */
    FourierTransform(int length) {
        if (lengthAtLeast(length) != length) {
            throw new IllegalArgumentException("length must be 2^n or 3 * 2^n, got " + length);
        }
        this.length = length;
        cosines = new float[length];
        sines = new float[length];
        for (int i = 0; i < length; i++) {
            double angle = 2 * Math.PI * i / length;
            cosines[i] = (float) StrictMath.cos(angle);
            sines[i] = (float) StrictMath.sin(angle);
        }
    }

    /** The shortest length from {@code length} on that can be transformed. */
    static int lengthAtLeast(int length) {
        int power = Integer.highestOneBit(Math.max(1, length - 1)) * 2; // the power of two >= length, if length >= 2
        int thrice = power / 4 * 3;
        return length <= 1 ? 1 : thrice >= Math.max(3, length) ? thrice : power;
    }

    int length() {
        return length;
    }

    /** The sum of {@code x[k] * exp(-2 pi i j k / length)} for each j, in an order of its own. */
    void forward(float[][] re, float[][] im) {
        int size = length;
        if (size % 3 == 0) {
            int third = size / 3;
            for (int k = 0; k < third; k++) {
                split3(re, im, k, third);
            }
            size = third;
        }
        for (; size > 1; size /= 2) {
            int half = size / 2;
            for (int start = 0; start < length; start += size) {
                for (int k = 0; k < half; k++) {
                    int twiddle = k * (length / size);
                    int a = start + k;
                    int b = a + half;
                    split2(re[a], im[a], re[b], im[b], cosines[twiddle], -sines[twiddle]);
                }
            }
        }
    }

    /** Undoes {@link #forward}, but for a factor of {@code length}. */
    void inverse(float[][] re, float[][] im) {
        int largest = length % 3 == 0 ? length / 3 : length;
        for (int size = 2; size <= largest; size *= 2) {
            int half = size / 2;
            for (int start = 0; start < length; start += size) {
                for (int k = 0; k < half; k++) {
                    int twiddle = k * (length / size);
                    int a = start + k;
                    int b = a + half;
                    join2(re[a], im[a], re[b], im[b], cosines[twiddle], sines[twiddle]);
                }
            }
        }
        if (largest != length) {
            for (int k = 0; k < largest; k++) {
                join3(re, im, k, largest);
            }
        }
    }

    private static void split2(float[] ar, float[] ai, float[] br, float[] bi, float c, float s) {
        for (int i = 0; i < ar.length; i++) {
            float xr = ar[i];
            float xi = ai[i];
            float yr = br[i];
            float yi = bi[i];
            float dr = xr - yr;
            float di = xi - yi;
            ar[i] = xr + yr;
            ai[i] = xi + yi;
            br[i] = dr * c - di * s;
            bi[i] = dr * s + di * c;
        }
    }

    private static void join2(float[] ar, float[] ai, float[] br, float[] bi, float c, float s) {
        for (int i = 0; i < ar.length; i++) {
            float xr = ar[i];
            float xi = ai[i];
            float dr = br[i];
            float di = bi[i];
            float yr = dr * c - di * s;
            float yi = dr * s + di * c;
            ar[i] = xr + yr;
            ai[i] = xi + yi;
            br[i] = xr - yr;
            bi[i] = xi - yi;
        }
    }

    private static final float HALF_SQRT_3 = (float) (Math.sqrt(3) / 2);

    private void split3(float[][] re, float[][] im, int k, int third) {
        float[] ar = re[k];
        float[] ai = im[k];
        float[] br = re[k + third];
        float[] bi = im[k + third];
        float[] cr = re[k + 2 * third];
        float[] ci = im[k + 2 * third];
        float c1 = cosines[k];
        float s1 = -sines[k];
        float c2 = cosines[2 * k];
        float s2 = -sines[2 * k];
        for (int i = 0; i < ar.length; i++) {
            float sumR = br[i] + cr[i];
            float sumI = bi[i] + ci[i];
            float turnedR = HALF_SQRT_3 * (bi[i] - ci[i]);
            float turnedI = -HALF_SQRT_3 * (br[i] - cr[i]);
            float restR = ar[i] - 0.5f * sumR;
            float restI = ai[i] - 0.5f * sumI;
            ar[i] += sumR;
            ai[i] += sumI;
            float pR = restR + turnedR;
            float pI = restI + turnedI;
            float qR = restR - turnedR;
            float qI = restI - turnedI;
            br[i] = pR * c1 - pI * s1;
            bi[i] = pR * s1 + pI * c1;
            cr[i] = qR * c2 - qI * s2;
            ci[i] = qR * s2 + qI * c2;
        }
    }

    private void join3(float[][] re, float[][] im, int k, int third) {
        float[] ar = re[k];
        float[] ai = im[k];
        float[] br = re[k + third];
        float[] bi = im[k + third];
        float[] cr = re[k + 2 * third];
        float[] ci = im[k + 2 * third];
        float c1 = cosines[k];
        float s1 = sines[k];
        float c2 = cosines[2 * k];
        float s2 = sines[2 * k];
        for (int i = 0; i < ar.length; i++) {
            float pR = br[i] * c1 - bi[i] * s1;
            float pI = br[i] * s1 + bi[i] * c1;
            float qR = cr[i] * c2 - ci[i] * s2;
            float qI = cr[i] * s2 + ci[i] * c2;
            float sumR = pR + qR;
            float sumI = pI + qI;
            float turnedR = -HALF_SQRT_3 * (pI - qI);
            float turnedI = HALF_SQRT_3 * (pR - qR);
            float restR = ar[i] - 0.5f * sumR;
            float restI = ai[i] - 0.5f * sumI;
            ar[i] += sumR;
            ai[i] += sumI;
            br[i] = restR + turnedR;
            bi[i] = restI + turnedI;
            cr[i] = restR - turnedR;
            ci[i] = restI - turnedI;
        }
    }
}
