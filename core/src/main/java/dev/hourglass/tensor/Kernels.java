package dev.hourglass.tensor;

/**
 * The inner loops of everything that computes: the one place behind which vector instructions are used. Two
 * implementations give the same bits: one with the Vector API for any register width, and a plain twin that is the
 * definition in readable form, the oracle in tests and the fallback where {@code jdk.incubator.vector} is missing.
 *
 * <p>Same bits at any width is a matter of order: lanes run over channels, columns or independent elements, so each
 * number's sum is built in the order that the plain twin shows; products are fused multiply-adds everywhere; tanh and
 * sigmoid are polynomials of our own ({@link Tanh}).
 *
 * <p>Conventions: arrays come with the offset of their first element. A <em>pixel</em> is {@code channels} adjacent
 * numbers. Arguments called {@code channels} and {@code columns} are multiples of {@value #LANES}, and so is
 * {@code count} unless said otherwise; buffers are padded so that this holds.
 */
public interface Kernels {
    /** What rows of channels and columns are padded to: the lanes of the widest registers. */
    int LANES = 16;

    /** The kernels to use here: vectorised where the Vector API is present, else plain. */
    static Kernels best() {
        return KernelChoice.BEST;
    }

    /** The plain twin. */
    static Kernels plain() {
        return KernelChoice.PLAIN;
    }

    /** Such as {@code Vector API, 512 bits} or {@code plain Java}. */
    String description();

    /** Rounds up to a multiple of {@value #LANES}. */
    static int padded(int count) {
        return (count + LANES - 1) / LANES * LANES;
    }

    /**
     * A matrix product whose left operand lies in segments, which is what a convolution over a padded image, a dense
     * layer and a step of an LSTM all are:
     * {@code C[i][j] = D[i][j] + sum over s, k of A[a + s * aJump + i * aStride + k] * W[w + (s * length + k) * wStride + j]}
     * where the sum runs over segments first to last, and k upwards within each.
     */
    interface Product {
        /**
         * @param rows i runs below this, >= 0
         * @param dStride between rows of D; 0 adds the same row (a bias, or zeros) to each
         * @param c where row 0 of C goes, the others after it. C may be D, not A or W.
         */
        void run(
                int rows,
                float[] A,
                int a,
                int aJump,
                int segments,
                int length,
                float[] W,
                int w,
                float[] D,
                int d,
                int dStride,
                float[] C,
                int c);
    }

    /**
     * A product with the left operand transposed, which is what the gradient of a weight matrix is:
     * {@code C[i][j] += sum over s, k of A[a + s * aJump + k * aStride + i] * W[w + s * wJump + k * wStride + j]}.
     */
    interface TransposedProduct {
        /** @param rows i runs below this, >= 0 */
        void run(
                int rows,
                float[] A,
                int a,
                int aJump,
                int segments,
                int length,
                float[] W,
                int w,
                int wJump,
                float[] C,
                int c);
    }

    /**
     * A product for given strides; they become constants of the compiled code, which is what makes it fast.
     *
     * @param columns j runs below this; a multiple of {@value #LANES}
     */
    Product product(int columns, int aStride, int wStride, int cStride);

    /**
     * A product whose sum is short and always of the same length, such as a convolution of one channel: it is unrolled.
     *
     * @param segments that {@code run} will be called with
     * @param length likewise
     */
    Product shortProduct(int columns, int aStride, int wStride, int cStride, int segments, int length);

    /** Sums up to this long are worth unrolling. */
    int SHORT_SUM = 12;

    /** Like {@link #product}, transposed. */
    TransposedProduct transposedProduct(int columns, int aStride, int wStride, int cStride);

    /** A transform of a fast convolution. */
    TileTransform transform(TileTransform.Kind kind);

    /** {@code x = x > 0 ? x : slope * x}, any count; slope 0 is ReLU. NaN stays NaN. */
    void leakyRelu(float[] X, int x, int count, float slope);

    /**
     * {@code x = 1 / (1 + exp(-x))} as {@code 1/2 + tanh(x / 2) / 2}, any count: off by at most 1e-7, however small the
     * value is. Enough for gates and in training, where nothing is divided by it.
     */
    void sigmoid(float[] X, int x, int count);

    /**
     * {@code x = 1 / (1 + exp(-x))}, any count, off by at most 4 units in the last place, however small the value is: what
     * leaves a model may be next to 0 everywhere. 0 below {@value Exp#LEAST}.
     */
    void relativeSigmoid(float[] X, int x, int count);

    /** {@code x = tanh(x)}, any count. */
    void tanh(float[] X, int x, int count);

    /**
     * {@code to = exp(from)}, any count, off by at most 2 units in the last place: a power of two times a polynomial
     * ({@link Exp}). 0 below {@value Exp#LEAST}, infinite above {@value Exp#MOST}; NaN stays NaN. TO may be FROM.
     */
    void exp(float[] FROM, int from, float[] TO, int to, int count);

    /**
     * What the binary cross-entropy of logits z with targets t, any count, is made of: {@code Z = max(z, 0) - z t} and
     * {@code SUMS = 1 + exp(-|z|)}, so that it is the sum of {@code Z} and the logarithms of {@code SUMS}; and its slope,
     * {@code T = (1 / (1 + exp(-z)) - t) * factor}. NaN stays NaN. All from the arrays' start.
     *
     * <p>In double from end to end: a vector loop that makes doubles of floats needs vectors of half the width, and a
     * process that has used two widths of one type is one whose JIT leaves vectors on the heap.
     */
    void logisticLoss(double[] Z, double[] T, double[] SUMS, float factor, int count);

    /** {@code d = y > 0 ? d : slope * d}, any count: back through a (leaky) ReLU whose output was y. */
    void leakyReluGradient(float[] Y, int y, float[] D, int d, int count, float slope);

    /** {@code d = d * y * (1 - y)}, any count: back through a sigmoid whose output was y. */
    void sigmoidGradient(float[] Y, int y, float[] D, int d, int count);

    /** {@code d = d * (1 - y * y)}, any count: back through a tanh whose output was y. */
    void tanhGradient(float[] Y, int y, float[] D, int d, int count);

    /** {@code to = from * scale + shift} by channel. */
    void affine(float[] FROM, int from, float[] TO, int to, int pixels, int channels, float[] scale, float[] shift);

    /** {@code d = d * a + (y * c + b)} by channel: back through a batch normalisation whose input was y. */
    void affineGradient(float[] Y, int y, float[] D, int d, int pixels, int channels, float[] a, float[] b, float[] c);

    /**
     * Back through a (leaky) ReLU whose output y a batch normalisation read, both at once:
     * {@code d = d * a + (y * c + b)}, times {@code slope} where {@code y <= 0}; and {@code sum[channel] += d}.
     */
    void affineLeakyReluGradient(
            float[] Y,
            int y,
            float[] D,
            int d,
            int pixels,
            int channels,
            float[] a,
            float[] b,
            float[] c,
            float slope,
            float[] SUM,
            int sum);

    /** {@code sum[channel] += x} over the pixels, in order. */
    void addPixels(float[] X, int x, int pixels, int channels, float[] SUM, int sum);

    /**
     * {@code sums[channel] += x} and {@code sums[channels + channel] += x * y} over the pixels. Runs of at most
     * {@value #STATISTICS_RUN} pixels are summed in float and those sums in double: one long float chain would be
     * off by enough to flip ReLUs later (a constant background makes its rounding errors one-sided).
     */
    void addMoments(float[] X, int x, float[] Y, int y, int pixels, int channels, double[] sums);

    /** See {@link #addMoments}. */
    int STATISTICS_RUN = 32;

    /** {@code to = max(to, x * scale + shift)} for pixels that lie {@code stride} floats apart in X, side by side in TO. */
    void affineMax(
            float[] X, int x, int stride, float[] TO, int to, int pixels, int channels, float[] scale, float[] shift);

    /**
     * Where {@code x * scale + shift} equals {@code max} and the window's winner is not found yet, takes it: adds
     * {@code d} to {@code dx} and sets {@code d} to 0. Pixels of X and DX lie {@code stride} floats apart.
     */
    void routeMaximum(
            float[] X,
            int x,
            float[] DX,
            int dx,
            int stride,
            float[] MAX,
            int max,
            float[] D,
            int d,
            int pixels,
            int channels,
            float[] scale,
            float[] shift);

    /**
     * The x of each window's four pixels for which {@code x * sign} is largest, the first of equals. Windows lie side by
     * side: two pixels in a row and the two in the row {@code below} floats further on.
     *
     * @param sign by channel: 1 for the largest value, -1 for the smallest, 0 for the first
     */
    void winnerOfFour(float[] X, int x, int below, float[] TO, int to, int pixels, int channels, float[] sign);

    /** Gives {@code d} to that one of each window's pixels which {@link #winnerOfFour} takes, and 0 to the three others. */
    void routeToWinnerOfFour(
            float[] X, int x, int below, float[] D, int d, float[] DX, int dx, int pixels, int channels, float[] sign);

    /** Whether none of any count of numbers is NaN or infinite. */
    boolean areFinite(float[] X, int x, int count);

    /** TO = FROM for {@code columns} adjacent numbers, any count, in each of {@code rows} rows. */
    void copyRows(float[] FROM, int from, int fromStride, float[] TO, int to, int toStride, int rows, int columns);

    /** TO += FROM, likewise. */
    void addRows(float[] FROM, int from, int fromStride, float[] TO, int to, int toStride, int rows, int columns);

    /** {@code to += from} for pixels that lie {@code stride} floats apart in FROM, side by side in TO. */
    void addStrided(float[] FROM, int from, int stride, float[] TO, int to, int pixels, int channels);

    /** {@code to += from}, any count. */
    void add(float[] FROM, int from, float[] TO, int to, int count);

    /** {@code to -= from}, any count. */
    void subtract(float[] FROM, int from, float[] TO, int to, int count);

    /** {@code to *= from}, any count. */
    void multiply(float[] FROM, int from, float[] TO, int to, int count);

    /** {@code to = max(to, from)} as {@link Math#max(float, float)}, any count. */
    void maximum(float[] FROM, int from, float[] TO, int to, int count);

    /** {@code to = min(to, from)} as {@link Math#min(float, float)}, any count. */
    void minimum(float[] FROM, int from, float[] TO, int to, int count);

    /** {@code x *= factor}, any count. */
    void scale(float factor, float[] X, int x, int count);

    /**
     * Back through a maximum or minimum, for one of what it is of: where {@code x} equals what {@code chosen} is, {@code
     * share = d} and {@code d = 0}, so that nobody after it gets the same; elsewhere {@code share = 0}. Any count.
     */
    void takeWhereEqual(
            float[] X, int x, float[] CHOSEN, int chosen, float[] D, int d, float[] SHARE, int share, int count);

    /** {@code to += from * factor} (fused), any count. */
    void addScaled(float[] FROM, int from, float factor, float[] TO, int to, int count);

    /** {@code to = x * y}, any count; TO may be X or Y. */
    void multiply(float[] X, int x, float[] Y, int y, float[] TO, int to, int count);

    /** {@code to += x * y} (fused), any count. */
    void addProduct(float[] X, int x, float[] Y, int y, float[] TO, int to, int count);

    /**
     * {@code to += x * w} (fused) for pixels that lie {@code xStride} floats apart in X and {@code toStride} in TO, each
     * with the same w; any count.
     */
    void addProductOfEach(
            float[] X, int x, int xStride, float[] W, int w, float[] TO, int to, int toStride, int pixels, int count);

    /**
     * {@code sum += x * y} (fused) over the pixels, in order, which lie {@code xStride} floats apart in X and {@code
     * yStride} in Y; any count.
     */
    void sumProducts(
            float[] X, int x, int xStride, float[] Y, int y, int yStride, float[] SUM, int sum, int pixels, int count);

    /** {@code to = w * x + (1 - w) * y}, any count: what a GRU's update gate w makes of its state and candidate. */
    void mix(float[] W, int w, float[] X, int x, float[] Y, int y, float[] TO, int to, int count);

    /**
     * Back through {@link #mix}, any count: {@code dw = d * (x - y)}, {@code dx += d * w}, {@code dy = d * (1 - w)}.
     * DW and DY are the same array.
     */
    void mixGradient(
            float[] W,
            int w,
            float[] X,
            int x,
            float[] Y,
            int y,
            float[] D,
            int d,
            float[] DX,
            int dx,
            float[] DWY,
            int dw,
            int dy,
            int count);

    /**
     * One step of an LSTM's cell over {@code count} units times samples (Hochreiter and Schmidhuber 1997; gates
     * already activated): {@code cell = f * previous + i * g; tanhCell = tanh(cell); h = o * tanhCell}.
     */
    void lstmCell(
            float[] Z,
            int i,
            int f,
            int g,
            int o,
            float[] PREVIOUS,
            int previous,
            float[] CELL,
            float[] TANH_CELL,
            float[] H,
            int cell,
            int count);

    /**
     * Back through {@link #lstmCell} and the gates' activations. The gates in Z are overwritten by the gradients of
     * their pre-activations; {@code dc} holds the cell's gradient from the step after and receives the one for the
     * step before.
     *
     * @param cell offset in TANH_CELL and in DH, the gradient of h
     */
    void lstmCellGradient(
            float[] Z,
            int i,
            int f,
            int g,
            int o,
            float[] PREVIOUS,
            int previous,
            float[] TANH_CELL,
            float[] DH,
            int cell,
            float[] DC,
            int dc,
            int count);

    /**
     * Adam (Kingma and Ba 2015, the form before section 2.1 as Keras has it):
     * {@code m += (g - m)(1 - beta1); v += (g^2 - v)(1 - beta2); p -= rate * m / (sqrt(v) + epsilon)}, any count.
     *
     * @param rate the learning rate with both bias corrections
     */
    void adam(
            float[] P,
            int p,
            float[] G,
            int g,
            float[] M,
            float[] V,
            int state,
            int count,
            float rate,
            float beta1,
            float beta2,
            float epsilon);
}
