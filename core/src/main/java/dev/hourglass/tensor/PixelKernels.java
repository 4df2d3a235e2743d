package dev.hourglass.tensor;

/**
 * The whole-number arithmetic of a JPEG's pixels: the inverse DCT of libjpeg (jidctint.c, after Loeffler, Ligtenberg and
 * Moschytz 1989), its smooth upsampling (jdsample.c) and its colours (jdcolor.c), each over neighbours in arrays. What is
 * between the end and the next multiple of {@link #MOST_LANES} may be computed too.
 */
public interface PixelKernels {
    /** Numbers in a vector. */
    int MOST_LANES = 16;

    /** White. */
    int MOST_BYTE = 255;

    /** Bits that constants are multiplied by. */
    int CONSTANT_BITS = 13;

    /** Bits that columns are more precise by than pixels. */
    int PASS_BITS = 2;

    /** Bits that factors of colours are multiplied by. */
    int FRACTION_BITS = 16;
    /** Half of what colours are shifted right by. */
    int HALF = 1 << (FRACTION_BITS - 1);

    /**
     * One of the two passes over blocks that lie beside each other: eight numbers of each are transformed, in their places.
     *
     * @param from the first number of the first block
     * @param step from one number of a block to the next
     * @param blocks how many, rounded up to a multiple of {@link #MOST_LANES}
     * @param added before the shift
     * @param least what comes out at the least, as {@code most} does at the most
     */
    void transform(int[] numbers, int from, int step, int blocks, int added, int shift, int least, int most);

    /** Three times each number, and the one {@code far} away from it once. */
    void blend(int[] in, int far, int[] out, int from, int to);

    /** Three times each number, the one {@code far} away from it once, and {@code added}, shifted right. */
    void smooth(int[] in, int far, int added, int shift, int[] out, int from, int to);

    /** Red, green from bit 8 and blue from bit 16 of luma and chroma. */
    void colours(int[] luma, int[] blue, int[] red, int[] out, int from, int to);

    /** With vectors where the JVM was started with them. */
    static PixelKernels best() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                        && !Boolean.getBoolean("hourglass.plainKernels")
                ? new VectorPixelKernels()
                : plain();
    }

    /** Without. */
    static PixelKernels plain() {
        return new PlainPixelKernels();
    }
}
