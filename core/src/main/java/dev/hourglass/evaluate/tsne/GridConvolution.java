package dev.hourglass.evaluate.tsne;

import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Convolves numbers on the nodes of a square grid with the repulsion of t-SNE, by Fourier transforms.
 *
 * <p>Numbers on nodes stand for functions in between: cubic B-splines carry points to nodes and back. Dividing the
 * kernel's spectrum by that of the splines, once for each way, makes the result at any two points the cubic spline
 * through the kernel's exact values (Essmann et al. 1995, section 2, "smooth particle mesh Ewald").
 *
 * <p>The grid is filled up with zeros to {@code length} so that what leaves on one side does not come in on the other.
 * Transforming runs over blocks of columns that stay in a core's cache: along the rows' direction, and along the
 * columns' direction there and back in one go.
 */
final class GridConvolution {
    private static final int BLOCK = 64;
    /** Nodes kept free beside the zeros: the spline through the kernel's values needs some beyond the last one used. */
    private static final int MARGIN = 16;

    private final int nodes;
    private final double spacing;
    private final int length;
    private final FourierTransform transform;
    private final Workers workers;
    private final Scratch[] scratch;
    /** Between the passes: [column of the grid][frequency along the rows' direction]. */
    private final float[] middleRe;

    private final float[] middleIm;
    /** By block and frequency along the columns' direction: spectrum of the force, its two directions as one complex number. */
    private final float[][][] forceRe;

    private final float[][][] forceIm;
    /** Likewise, spectrum of {@code 1 / (1 + d^2)}, which is real. */
    private final float[][][] similarity;

    private final double[] blockSums;
    private final double selfSimilarity;

    /** One block of columns: [row][column of the block]. */
    private static final class Scratch {
        final float[][] re;
        final float[][] im;
        final float[] sums = new float[BLOCK];

        Scratch(int length) {
            re = new float[length][BLOCK];
            im = new float[length][BLOCK];
        }
    }

    /** For {@code nodes} nodes a side, or some more: what is at hand at no extra cost. */
    GridConvolution(int nodes, double spacing, Workers workers) {
        this.spacing = spacing;
        this.workers = workers;
        length = FourierTransform.lengthAtLeast(2 * nodes + MARGIN);
        this.nodes = (length - MARGIN) / 2;
        transform = new FourierTransform(length);
        scratch = IntStream.range(0, workers.threads())
                .mapToObj(worker -> new Scratch(length))
                .toArray(Scratch[]::new);
        middleRe = new float[length * length];
        middleIm = new float[length * length];
        int blocks = Math.ceilDiv(length, BLOCK);
        blockSums = new double[blocks];
        forceRe = new float[blocks][length][];
        forceIm = new float[blocks][length][];
        similarity = new float[blocks][length][];
        selfSimilarity = prepareKernels();
    }

    /** Of one side of the grid. */
    int nodes() {
        return nodes;
    }

    /** Distance between two nodes. */
    double spacing() {
        return spacing;
    }

    /** What a charge of 1 adds to the sum of {@link #repel} with itself: 1, but for what interpolation loses at the peak. */
    double selfSimilarity() {
        return selfSimilarity;
    }

    /**
     * The repulsion between everything on the grid.
     *
     * @param charges [row, column], how much lies on each node; receives the force along columns, that is the sum over
     *     all charges of {@code charge * dx / (1 + dx^2 + dy^2)^2}
     * @param forcesY receives the force along rows
     * @return the sum over all pairs of charges, each with itself included, of {@code product / (1 + dx^2 + dy^2)}
     */
    double repel(float[] charges, float[] forcesY) {
        Arrays.fill(forcesY, 0);
        alongRows(charges, forcesY, nodes);
        int blocks = Math.ceilDiv(length, BLOCK);
        workers.run(blocks, (worker, block) -> {
            Scratch s = scratch[worker];
            loadMiddle(s, block, nodes);
            transform.forward(s.re, s.im);
            blockSums[block] = applyKernels(s, block);
            transform.inverse(s.re, s.im);
            int from = block * BLOCK;
            int width = Math.min(BLOCK, length - from);
            for (int column = 0; column < nodes; column++) {
                System.arraycopy(s.re[column], 0, middleRe, column * length + from, width);
                System.arraycopy(s.im[column], 0, middleIm, column * length + from, width);
            }
        });
        backAlongRows(charges, forcesY);
        return Arrays.stream(blockSums).sum();
    }

    private double applyKernels(Scratch s, int block) {
        Arrays.fill(s.sums, 0);
        for (int k = 0; k < length; k++) {
            addPower(s.sums, s.re[k], s.im[k], similarity[block][k]);
            multiply(s.re[k], s.im[k], forceRe[block][k], forceIm[block][k]);
        }
        double sum = 0;
        for (int i = 0; i < Math.min(BLOCK, length - block * BLOCK); i++) {
            sum += s.sums[i];
        }
        return sum;
    }

    /** Parseval: the sum over the nodes of charge times potential, without the way back from the frequencies. */
    private static void addPower(float[] sums, float[] re, float[] im, float[] spectrum) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (re[i] * re[i] + im[i] * im[i]) * spectrum[i];
        }
    }

    private static void multiply(float[] re, float[] im, float[] kernelRe, float[] kernelIm) {
        for (int i = 0; i < re.length; i++) {
            float r = re[i] * kernelRe[i] - im[i] * kernelIm[i];
            float m = re[i] * kernelIm[i] + im[i] * kernelRe[i];
            re[i] = r;
            im[i] = m;
        }
    }

    /** Transforms the first {@code side} columns of {@code side} rows into the middle; the other rows are zero. */
    private void alongRows(float[] re, float[] im, int side) {
        workers.run(Math.ceilDiv(side, BLOCK), (worker, block) -> {
            Scratch s = scratch[worker];
            int from = block * BLOCK;
            int width = Math.min(BLOCK, side - from);
            for (int row = 0; row < length; row++) {
                if (row < side) {
                    System.arraycopy(re, row * side + from, s.re[row], 0, width);
                    System.arraycopy(im, row * side + from, s.im[row], 0, width);
                }
                int filled = row < side ? width : 0;
                Arrays.fill(s.re[row], filled, BLOCK, 0);
                Arrays.fill(s.im[row], filled, BLOCK, 0);
            }
            transform.forward(s.re, s.im);
            for (int k = 0; k < length; k += 4) {
                turnIn(s.re[k], s.re[k + 1], s.re[k + 2], s.re[k + 3], middleRe, from * length + k, width);
                turnIn(s.im[k], s.im[k + 1], s.im[k + 2], s.im[k + 3], middleIm, from * length + k, width);
            }
        });
    }

    private void backAlongRows(float[] re, float[] im) {
        workers.run(Math.ceilDiv(nodes, BLOCK), (worker, block) -> {
            Scratch s = scratch[worker];
            int from = block * BLOCK;
            int width = Math.min(BLOCK, nodes - from);
            for (int k = 0; k < length; k += 4) {
                turnOut(middleRe, from * length + k, width, s.re[k], s.re[k + 1], s.re[k + 2], s.re[k + 3]);
                turnOut(middleIm, from * length + k, width, s.im[k], s.im[k + 1], s.im[k + 2], s.im[k + 3]);
            }
            transform.inverse(s.re, s.im);
            for (int row = 0; row < nodes; row++) {
                System.arraycopy(s.re[row], 0, re, row * nodes + from, width);
                System.arraycopy(s.im[row], 0, im, row * nodes + from, width);
            }
        });
    }

    /** Four rows become four neighbours in each of {@code width} rows. */
    private void turnIn(float[] row0, float[] row1, float[] row2, float[] row3, float[] middle, int at, int width) {
        for (int i = 0; i < width; i++) {
            int place = at + i * length;
            middle[place] = row0[i];
            middle[place + 1] = row1[i];
            middle[place + 2] = row2[i];
            middle[place + 3] = row3[i];
        }
    }

    private void turnOut(float[] middle, int at, int width, float[] row0, float[] row1, float[] row2, float[] row3) {
        for (int i = 0; i < width; i++) {
            int place = at + i * length;
            row0[i] = middle[place];
            row1[i] = middle[place + 1];
            row2[i] = middle[place + 2];
            row3[i] = middle[place + 3];
        }
    }

    private void loadMiddle(Scratch s, int block, int side) {
        int from = block * BLOCK;
        int width = Math.min(BLOCK, length - from);
        for (int column = 0; column < length; column++) {
            if (column < side) {
                System.arraycopy(middleRe, column * length + from, s.re[column], 0, width);
                System.arraycopy(middleIm, column * length + from, s.im[column], 0, width);
            }
            int filled = column < side ? width : 0;
            Arrays.fill(s.re[column], filled, BLOCK, 0);
            Arrays.fill(s.im[column], filled, BLOCK, 0);
        }
    }

    /** Returns {@link #selfSimilarity}. */
    private double prepareKernels() {
        float[] re = new float[length * length];
        float[] im = new float[length * length];
        float[] splines = spectrum(4 / 6f, 1 / 6f);
        for (int row = 0; row < length; row++) {
            double dy = spacing * signed(row);
            for (int column = 0; column < length; column++) {
                double dx = spacing * signed(column);
                re[row * length + column] = (float) (1 / (1 + dx * dx + dy * dy));
            }
        }
        spectrum(re, im, splines, similarity, new float[similarity.length][length][]);
        Arrays.fill(im, 0);
        for (int row = 0; row < length; row++) {
            double dy = spacing * signed(row);
            for (int column = 0; column < length; column++) {
                double dx = spacing * signed(column);
                double root = 1 + dx * dx + dy * dy;
                re[row * length + column] = (float) (dx / (root * root));
                im[row * length + column] = (float) (dy / (root * root));
            }
        }
        spectrum(re, im, splines, forceRe, forceIm);
        // A cubic spline times itself, averaged over where in its cell a point may lie, is a spline of degree 7.
        float[] twice = spectrum(2416 / 5040f, 1191 / 5040f, 120 / 5040f, 1 / 5040f);
        double self = 0;
        for (int block = 0; block < similarity.length; block++) {
            for (int k = 0; k < length; k++) {
                for (int i = 0; i < Math.min(BLOCK, length - block * BLOCK); i++) {
                    self += (double) similarity[block][k][i] * twice[k] * twice[block * BLOCK + i];
                }
            }
        }
        return self;
    }

    /** The offset that a place stands for; the one that is neither left nor right counts as none. */
    private int signed(int place) {
        return place < length / 2 ? place : place - length;
    }

    /**
     * Of an even function on the nodes, in the transform's order.
     *
     * @param values at the node 0, at 1 and -1, at 2 and -2, …
     */
    private float[] spectrum(float... values) {
        float[][] re = new float[length][1];
        for (int i = 0; i < values.length; i++) {
            re[i][0] = values[i];
            re[(length - i) % length][0] = values[i];
        }
        transform.forward(re, new float[length][1]);
        float[] spectrum = new float[length];
        for (int k = 0; k < length; k++) {
            spectrum[k] = re[k][0];
        }
        return spectrum;
    }

    /** Transforms a kernel, divides by the splines (twice in each direction) and by the number of nodes. */
    private void spectrum(float[] re, float[] im, float[] splines, float[][][] intoRe, float[][][] intoIm) {
        alongRows(re, im, length);
        workers.run(intoRe.length, (worker, block) -> {
            Scratch s = scratch[worker];
            loadMiddle(s, block, length);
            transform.forward(s.re, s.im);
            int from = block * BLOCK;
            for (int k = 0; k < length; k++) {
                for (int i = 0; i < Math.min(BLOCK, length - from); i++) {
                    double splineProduct = (double) splines[k] * splines[from + i];
                    double scale = 1 / (splineProduct * splineProduct * length * length);
                    s.re[k][i] = (float) (s.re[k][i] * scale);
                    s.im[k][i] = (float) (s.im[k][i] * scale);
                }
                intoRe[block][k] = s.re[k].clone();
                intoIm[block][k] = s.im[k].clone();
            }
        });
    }
}
