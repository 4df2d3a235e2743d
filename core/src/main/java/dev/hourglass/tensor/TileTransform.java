package dev.hourglass.tensor;

/**
 * One axis of the transforms by which a convolution with a 3x3 kernel takes fewer multiplications: minimal filtering
 * F(2x2, 3x3) (Winograd 1980; Lavin and Gray 2016, "Fast algorithms for convolutional neural networks", section 4.1).
 * Transforms of image and kernel are multiplied place by place and give two by two output pixels after another
 * transform, so that 16 products do what took 36. Each transform is done along one axis after the other.
 *
 * <p>The factors are 1 and 1/2 alone, so next to no accuracy is lost; but sums are formed in another order than in a
 * plain convolution, and the bits differ from its.
 */
@FunctionalInterface
public interface TileTransform {
    /** Which transform. Subscripts count along the axis. */
    enum Kind {
        /** Four pixels d to four: {@code d0 - d2, d1 + d2, d2 - d1, d1 - d3}. */
        IMAGE,
        /** Three weights g to four: {@code g0, (g0 + g2 + g1) / 2, (g0 + g2 - g1) / 2, g2}. */
        KERNEL,
        /** Four products m to two output pixels: {@code m0 + m1 + m2, m1 - m2 - m3}. */
        OUTPUT,
        /** Back through {@link #OUTPUT}, two gradients d to four: {@code d0, d0 + d1, d0 - d1, -d1}. */
        OUTPUT_GRADIENT,
        /** Back through {@link #KERNEL}, four gradients d to three: {@code d0 + (d1 + d2) / 2, (d1 - d2) / 2, (d1 + d2) / 2 + d3}. */
        KERNEL_GRADIENT,
        /**
         * Three pixels of an image that is to be repeated, each pixel twice, to three: {@code d0 - d1, d1, d1 - d2}. What
         * would come third of the four is 0 there. The weights that go with them are {@code g0, g0 + g1 + g2, g2}.
         */
        REPEATED_IMAGE,
        /**
         * Back through {@link #REPEATED_IMAGE} for a row of tiles, a run for each: a pixel was the first of the tile after
         * its own, the middle of its own, and the last of the one before, so with the three gradients d of tile r it gets
         * {@code d0[r + 1] - d0[r] + d1[r] + d2[r] - d2[r - 1]}, where what lies outside is 0. Subscripts of B don't count.
         */
        REPEATED_IMAGE_GRADIENT,
        /** Three products m to two output pixels: {@code m0 + m1, m1 - m2}. */
        REPEATED_OUTPUT,
        /** Back through {@link #REPEATED_OUTPUT}, two gradients d to three: {@code d0, d0 + d1, -d1}. */
        REPEATED_OUTPUT_GRADIENT
    }

    /**
     * Transforms {@code runs} times {@code count} numbers, each by itself: number i of run r of subscript k is
     * {@code A[a + r * aRun + k * aStep + i]}, and likewise in B. Any count.
     */
    void run(float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count);
}
