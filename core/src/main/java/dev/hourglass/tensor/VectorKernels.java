package dev.hourglass.tensor;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels with the Vector API, at the widest registers of the machine (512, 256 or 128 bits).
 *
 * <p>Written so that the JIT keeps every vector in a register: a vector that crosses a call which is not inlined is
 * boxed on the heap, ten times slower. So loops are plain, no helper takes or returns a vector, and the tanh
 * polynomial stands inside the loops that need it. What is left over after the last full vector goes to the plain
 * twin.
 */
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> S = widest();
    private static final int STEP = S.length();
    private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, S.vectorShape());

    private final PlainKernels rest = new PlainKernels();
    private final TileCompiler tiles = new TileCompiler(S);

    static VectorSpecies<Float> widest() {
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() > LANES ? FloatVector.SPECIES_512 : preferred;
    }

    @Override
    public String description() {
        return "Vector API, " + S.vectorBitSize() + " bits";
    }

    @Override
    public Product product(int columns, int aStride, int wStride, int cStride) {
        return tiles.product(columns, aStride, wStride, cStride);
    }

    @Override
    public Product shortProduct(int columns, int aStride, int wStride, int cStride, int segments, int length) {
        return tiles.shortProduct(columns, aStride, wStride, cStride, segments, length);
    }

    @Override
    public TransposedProduct transposedProduct(int columns, int aStride, int wStride, int cStride) {
        return tiles.transposedProduct(columns, aStride, wStride, cStride);
    }

    @Override
    public TileTransform transform(TileTransform.Kind kind) {
        return VectorTransforms.of(kind);
    }

    @Override
    public void leakyRelu(float[] X, int x, int count, float slope) {
        int whole = S.loopBound(count);
        for (int j = x; j < x + whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, X, j);
            v.blend(v.mul(slope), v.compare(LT, 0f)).intoArray(X, j);
        }
        rest.leakyRelu(X, x + whole, count - whole, slope);
    }

    @Override
    public void sigmoid(float[] X, int x, int count) {
        int whole = S.loopBound(count);
        for (int j = x; j < x + whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, X, j).mul(0.5f);
            v = v.blend(Tanh.LIMIT, v.compare(GT, Tanh.LIMIT));
            v = v.blend(-Tanh.LIMIT, v.compare(LT, -Tanh.LIMIT));
            FloatVector s = v.mul(v);
            FloatVector p = s.fma(FloatVector.broadcast(S, Tanh.A13), FloatVector.broadcast(S, Tanh.A11));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A9));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A7));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A5));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A3));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A1));
            FloatVector q = s.fma(FloatVector.broadcast(S, Tanh.B6), FloatVector.broadcast(S, Tanh.B4));
            q = q.fma(s, FloatVector.broadcast(S, Tanh.B2));
            q = q.fma(s, FloatVector.broadcast(S, Tanh.B0));
            FloatVector half = FloatVector.broadcast(S, 0.5f);
            p.mul(v).div(q).fma(half, half).intoArray(X, j);
        }
        rest.sigmoid(X, x + whole, count - whole);
    }

    @Override
    public void relativeSigmoid(float[] X, int x, int count) {
        int whole = S.loopBound(count);
        FloatVector rounding = FloatVector.broadcast(S, Exp.ROUNDING);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int j = x; j < x + whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, X, j);
            FloatVector far = v.abs().neg();
            VectorMask<Float> below = far.compare(LT, Exp.LEAST);
            FloatVector near = far.blend(Exp.LEAST, below);
            FloatVector rounded = near.fma(FloatVector.broadcast(S, Exp.LOG2_E), rounding);
            FloatVector n = rounded.sub(rounding);
            FloatVector r = n.fma(FloatVector.broadcast(S, -Exp.LN2_HIGH), near);
            r = n.fma(FloatVector.broadcast(S, -Exp.LN2_LOW), r);
            FloatVector p = r.fma(FloatVector.broadcast(S, Exp.C7), FloatVector.broadcast(S, Exp.C6));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C5));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C4));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C3));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C2));
            p = p.fma(r.mul(r), r).add(1f);
            FloatVector power =
                    rounded.reinterpretAsInts().lanewise(LSHL, 23).add(Exp.BIAS).reinterpretAsFloats();
            p = p.mul(power).blend(0f, below);
            one.blend(p, v.compare(LT, 0f)).div(p.add(1f)).intoArray(X, j);
        }
        rest.relativeSigmoid(X, x + whole, count - whole);
    }

    @Override
    public void tanh(float[] X, int x, int count) {
        int whole = S.loopBound(count);
        for (int j = x; j < x + whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, X, j);
            v = v.blend(Tanh.LIMIT, v.compare(GT, Tanh.LIMIT));
            v = v.blend(-Tanh.LIMIT, v.compare(LT, -Tanh.LIMIT));
            FloatVector s = v.mul(v);
            FloatVector p = s.fma(FloatVector.broadcast(S, Tanh.A13), FloatVector.broadcast(S, Tanh.A11));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A9));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A7));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A5));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A3));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A1));
            FloatVector q = s.fma(FloatVector.broadcast(S, Tanh.B6), FloatVector.broadcast(S, Tanh.B4));
            q = q.fma(s, FloatVector.broadcast(S, Tanh.B2));
            q = q.fma(s, FloatVector.broadcast(S, Tanh.B0));
            p.mul(v).div(q).intoArray(X, j);
        }
        rest.tanh(X, x + whole, count - whole);
    }

    @Override
    public void exp(float[] FROM, int from, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        FloatVector rounding = FloatVector.broadcast(S, Exp.ROUNDING);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, FROM, from + j);
            VectorMask<Float> above = v.compare(GT, Exp.MOST);
            VectorMask<Float> below = v.compare(LT, Exp.LEAST);
            FloatVector x = v.blend(Exp.MOST, above).blend(Exp.LEAST, below);
            FloatVector rounded = x.fma(FloatVector.broadcast(S, Exp.LOG2_E), rounding);
            FloatVector n = rounded.sub(rounding);
            FloatVector r = n.fma(FloatVector.broadcast(S, -Exp.LN2_HIGH), x);
            r = n.fma(FloatVector.broadcast(S, -Exp.LN2_LOW), r);
            FloatVector p = r.fma(FloatVector.broadcast(S, Exp.C7), FloatVector.broadcast(S, Exp.C6));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C5));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C4));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C3));
            p = p.fma(r, FloatVector.broadcast(S, Exp.C2));
            p = p.fma(r.mul(r), r).add(1f);
            FloatVector power =
                    rounded.reinterpretAsInts().lanewise(LSHL, 23).add(Exp.BIAS).reinterpretAsFloats();
            p.mul(power).blend(Float.POSITIVE_INFINITY, above).blend(0f, below).intoArray(TO, to + j);
        }
        rest.exp(FROM, from + whole, TO, to + whole, count - whole);
    }

    @Override
    public void leakyReluGradient(float[] Y, int y, float[] D, int d, int count, float slope) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, D, d + j);
            VectorMask<Float> positive = FloatVector.fromArray(S, Y, y + j).compare(GT, 0f);
            v.mul(slope).blend(v, positive).intoArray(D, d + j);
        }
        rest.leakyReluGradient(Y, y + whole, D, d + whole, count - whole, slope);
    }

    @Override
    public void logisticLoss(double[] Z, double[] T, double[] SUMS, float factor, int count) {
        int whole = DOUBLES.loopBound(count);
        DoubleVector one = DoubleVector.broadcast(DOUBLES, 1);
        for (int j = 0; j < whole; j += DOUBLES.length()) {
            DoubleVector logit = DoubleVector.fromArray(DOUBLES, Z, j);
            DoubleVector target = DoubleVector.fromArray(DOUBLES, T, j);
            DoubleVector far = logit.abs().neg();
            far = far.blend(Exponential.LEAST, far.compare(LT, Exponential.LEAST));
            DoubleVector rounded = far.mul(Exponential.LOG2_E).add(Exponential.ROUNDING);
            DoubleVector n = rounded.sub(Exponential.ROUNDING);
            DoubleVector r = far.sub(n.mul(Exponential.LN2_HIGH)).sub(n.mul(Exponential.LN2_LOW));
            DoubleVector series = r.mul(1.0 / 11).add(1);
            series = r.mul(1.0 / 10).mul(series).add(1);
            series = r.mul(1.0 / 9).mul(series).add(1);
            series = r.mul(1.0 / 8).mul(series).add(1);
            series = r.mul(1.0 / 7).mul(series).add(1);
            series = r.mul(1.0 / 6).mul(series).add(1);
            series = r.mul(1.0 / 5).mul(series).add(1);
            series = r.mul(1.0 / 4).mul(series).add(1);
            series = r.mul(1.0 / 3).mul(series).add(1);
            series = r.mul(1.0 / 2).mul(series).add(1);
            series = r.mul(series).add(1);
            DoubleVector power = rounded.reinterpretAsLongs()
                    .add(Exponential.BIAS)
                    .lanewise(LSHL, 52)
                    .reinterpretAsDoubles()
                    .mul(series);
            DoubleVector sum = power.add(1);
            DoubleVector probability = power.blend(one, logit.compare(GE, 0)).div(sum);
            logit.max(0).sub(logit.mul(target)).intoArray(Z, j);
            sum.intoArray(SUMS, j);
            probability.sub(target).mul(factor).intoArray(T, j);
        }
        rest.logisticLoss(Z, T, SUMS, factor, whole, count);
    }

    @Override
    public void sigmoidGradient(float[] Y, int y, float[] D, int d, int count) {
        int whole = S.loopBound(count);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, Y, y + j);
            FloatVector.fromArray(S, D, d + j).mul(v).mul(one.sub(v)).intoArray(D, d + j);
        }
        rest.sigmoidGradient(Y, y + whole, D, d + whole, count - whole);
    }

    @Override
    public void tanhGradient(float[] Y, int y, float[] D, int d, int count) {
        int whole = S.loopBound(count);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, Y, y + j);
            FloatVector.fromArray(S, D, d + j).mul(one.sub(v.mul(v))).intoArray(D, d + j);
        }
        rest.tanhGradient(Y, y + whole, D, d + whole, count - whole);
    }

    @Override
    public void affine(
            float[] FROM, int from, float[] TO, int to, int pixels, int channels, float[] scale, float[] shift) {
        for (int j = 0; j < channels; j += STEP) {
            FloatVector factor = FloatVector.fromArray(S, scale, j);
            FloatVector offset = FloatVector.fromArray(S, shift, j);
            for (int p = 0; p < pixels; p++) {
                FloatVector.fromArray(S, FROM, from + j + p * channels)
                        .fma(factor, offset)
                        .intoArray(TO, to + j + p * channels);
            }
        }
    }

    @Override
    public void affineGradient(
            float[] Y, int y, float[] D, int d, int pixels, int channels, float[] a, float[] b, float[] c) {
        for (int j = 0; j < channels; j += STEP) {
            FloatVector va = FloatVector.fromArray(S, a, j);
            FloatVector vb = FloatVector.fromArray(S, b, j);
            FloatVector vc = FloatVector.fromArray(S, c, j);
            for (int p = 0; p < pixels; p++) {
                FloatVector constant =
                        FloatVector.fromArray(S, Y, y + j + p * channels).fma(vc, vb);
                FloatVector.fromArray(S, D, d + j + p * channels)
                        .fma(va, constant)
                        .intoArray(D, d + j + p * channels);
            }
        }
    }

    @Override
    public void affineLeakyReluGradient(
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
            int sum) {
        for (int j = 0; j < channels; j += STEP) {
            FloatVector va = FloatVector.fromArray(S, a, j);
            FloatVector vb = FloatVector.fromArray(S, b, j);
            FloatVector vc = FloatVector.fromArray(S, c, j);
            FloatVector total = FloatVector.fromArray(S, SUM, sum + j);
            for (int p = 0; p < pixels; p++) {
                int at = j + p * channels;
                FloatVector output = FloatVector.fromArray(S, Y, y + at);
                FloatVector v = FloatVector.fromArray(S, D, d + at).fma(va, output.fma(vc, vb));
                v = v.mul(slope).blend(v, output.compare(GT, 0f));
                v.intoArray(D, d + at);
                total = total.add(v);
            }
            total.intoArray(SUM, sum + j);
        }
    }

    @Override
    public void addProductOfEach(
            float[] X, int x, int xStride, float[] W, int w, float[] TO, int to, int toStride, int pixels, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector factor = FloatVector.fromArray(S, W, w + j);
            for (int p = 0; p < pixels; p++) {
                int place = to + p * toStride + j;
                FloatVector.fromArray(S, X, x + p * xStride + j)
                        .fma(factor, FloatVector.fromArray(S, TO, place))
                        .intoArray(TO, place);
            }
        }
        rest.addProductOfEach(X, x + whole, xStride, W, w + whole, TO, to + whole, toStride, pixels, count - whole);
    }

    @Override
    public void sumProducts(
            float[] X, int x, int xStride, float[] Y, int y, int yStride, float[] SUM, int sum, int pixels, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector total = FloatVector.fromArray(S, SUM, sum + j);
            for (int p = 0; p < pixels; p++) {
                total = FloatVector.fromArray(S, X, x + p * xStride + j)
                        .fma(FloatVector.fromArray(S, Y, y + p * yStride + j), total);
            }
            total.intoArray(SUM, sum + j);
        }
        rest.sumProducts(X, x + whole, xStride, Y, y + whole, yStride, SUM, sum + whole, pixels, count - whole);
    }

    @Override
    public void addPixels(float[] X, int x, int pixels, int channels, float[] SUM, int sum) {
        for (int j = 0; j < channels; j += STEP) {
            FloatVector total = FloatVector.fromArray(S, SUM, sum + j);
            for (int p = 0; p < pixels; p++) {
                total = total.add(FloatVector.fromArray(S, X, x + j + p * channels));
            }
            total.intoArray(SUM, sum + j);
        }
    }

    @Override
    public void addMoments(float[] X, int x, float[] Y, int y, int pixels, int channels, double[] sums) {
        float[] partial = PARTIAL_SUMS.get();
        for (int run = 0; run < pixels; run += STATISTICS_RUN) {
            int count = Math.min(STATISTICS_RUN, pixels - run);
            for (int j = 0; j < channels; j += STEP) {
                partialMoments(X, x + j + run * channels, Y, y + j + run * channels, count, channels, partial);
                for (int lane = 0; lane < STEP; lane++) {
                    sums[j + lane] += partial[lane];
                    sums[channels + j + lane] += partial[LANES + lane];
                }
            }
        }
    }

    private static final ThreadLocal<float[]> PARTIAL_SUMS = ThreadLocal.withInitial(() -> new float[2 * LANES]);

    private static void partialMoments(float[] X, int x, float[] Y, int y, int pixels, int channels, float[] partial) {
        FloatVector sum = FloatVector.zero(S);
        FloatVector products = FloatVector.zero(S);
        for (int p = 0; p < pixels; p++) {
            FloatVector v = FloatVector.fromArray(S, X, x + p * channels);
            sum = sum.add(v);
            products = v.fma(FloatVector.fromArray(S, Y, y + p * channels), products);
        }
        sum.intoArray(partial, 0);
        products.intoArray(partial, LANES);
    }

    @Override
    public void affineMax(
            float[] X, int x, int stride, float[] TO, int to, int pixels, int channels, float[] scale, float[] shift) {
        for (int j = 0; j < channels; j += STEP) {
            FloatVector factor = FloatVector.fromArray(S, scale, j);
            FloatVector offset = FloatVector.fromArray(S, shift, j);
            for (int p = 0; p < pixels; p++) {
                FloatVector v = FloatVector.fromArray(S, X, x + j + p * stride).fma(factor, offset);
                FloatVector most = FloatVector.fromArray(S, TO, to + j + p * channels);
                most.blend(v, v.compare(GT, most)).intoArray(TO, to + j + p * channels);
            }
        }
    }

    @Override
    public void routeMaximum(
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
            float[] shift) {
        FloatVector zero = FloatVector.zero(S);
        for (int j = 0; j < channels; j += STEP) {
            FloatVector factor = FloatVector.fromArray(S, scale, j);
            FloatVector offset = FloatVector.fromArray(S, shift, j);
            for (int p = 0; p < pixels; p++) {
                int at = j + p * channels;
                FloatVector v = FloatVector.fromArray(S, X, x + j + p * stride).fma(factor, offset);
                VectorMask<Float> winner = v.compare(EQ, FloatVector.fromArray(S, MAX, max + at));
                FloatVector gradient = FloatVector.fromArray(S, D, d + at);
                FloatVector before = FloatVector.fromArray(S, DX, dx + j + p * stride);
                before.blend(before.add(gradient), winner).intoArray(DX, dx + j + p * stride);
                gradient.blend(zero, winner).intoArray(D, d + at);
            }
        }
    }

    @Override
    public void winnerOfFour(float[] X, int x, int below, float[] TO, int to, int pixels, int channels, float[] sign) {
        for (int j = 0; j < channels; j += STEP) {
            FloatVector factor = FloatVector.fromArray(S, sign, j);
            for (int p = 0; p < pixels; p++) {
                int first = x + j + 2 * p * channels;
                FloatVector winner = FloatVector.fromArray(S, X, first);
                FloatVector v = FloatVector.fromArray(S, X, first + channels);
                winner = winner.blend(v, v.mul(factor).compare(GT, winner.mul(factor)));
                v = FloatVector.fromArray(S, X, first + below);
                winner = winner.blend(v, v.mul(factor).compare(GT, winner.mul(factor)));
                v = FloatVector.fromArray(S, X, first + below + channels);
                winner = winner.blend(v, v.mul(factor).compare(GT, winner.mul(factor)));
                winner.intoArray(TO, to + j + p * channels);
            }
        }
    }

    @Override
    public void routeToWinnerOfFour(
            float[] X, int x, int below, float[] D, int d, float[] DX, int dx, int pixels, int channels, float[] sign) {
        FloatVector zero = FloatVector.zero(S);
        for (int j = 0; j < channels; j += STEP) {
            FloatVector factor = FloatVector.fromArray(S, sign, j);
            for (int p = 0; p < pixels; p++) {
                int first = j + 2 * p * channels;
                FloatVector a = FloatVector.fromArray(S, X, x + first).mul(factor);
                FloatVector b =
                        FloatVector.fromArray(S, X, x + first + channels).mul(factor);
                FloatVector c = FloatVector.fromArray(S, X, x + first + below).mul(factor);
                FloatVector e = FloatVector.fromArray(S, X, x + first + below + channels)
                        .mul(factor);
                // Each later pixel wins over all before it only if it is larger than their maximum.
                VectorMask<Float> bWins = b.compare(GT, a);
                FloatVector most = a.blend(b, bWins);
                VectorMask<Float> cWins = c.compare(GT, most);
                most = most.blend(c, cWins);
                VectorMask<Float> eWins = e.compare(GT, most);
                FloatVector left = FloatVector.fromArray(S, D, d + j + p * channels);
                zero.blend(left, eWins).intoArray(DX, dx + first + below + channels);
                left = left.blend(zero, eWins);
                zero.blend(left, cWins).intoArray(DX, dx + first + below);
                left = left.blend(zero, cWins);
                zero.blend(left, bWins).intoArray(DX, dx + first + channels);
                left.blend(zero, bWins).intoArray(DX, dx + first);
            }
        }
    }

    @Override
    public boolean areFinite(float[] X, int x, int count) {
        int whole = S.loopBound(count);
        FloatVector sum = FloatVector.zero(S);
        for (int j = x; j < x + whole; j += STEP) {
            FloatVector v = FloatVector.fromArray(S, X, j);
            sum = sum.add(v.sub(v)); // 0, or NaN for infinities as well
        }
        return sum.reduceLanes(VectorOperators.ADD) == 0 && rest.areFinite(X, x + whole, count - whole);
    }

    @Override
    public void copyRows(
            float[] FROM, int from, int fromStride, float[] TO, int to, int toStride, int rows, int columns) {
        int whole = S.loopBound(columns);
        for (int j = 0; j < whole; j += STEP) {
            for (int row = 0; row < rows; row++) {
                FloatVector.fromArray(S, FROM, from + j + row * fromStride).intoArray(TO, to + j + row * toStride);
            }
        }
        if (whole < columns) {
            rest.copyRows(FROM, from + whole, fromStride, TO, to + whole, toStride, rows, columns - whole);
        }
    }

    @Override
    public void addRows(
            float[] FROM, int from, int fromStride, float[] TO, int to, int toStride, int rows, int columns) {
        int whole = S.loopBound(columns);
        for (int j = 0; j < whole; j += STEP) {
            for (int row = 0; row < rows; row++) {
                FloatVector.fromArray(S, TO, to + j + row * toStride)
                        .add(FloatVector.fromArray(S, FROM, from + j + row * fromStride))
                        .intoArray(TO, to + j + row * toStride);
            }
        }
        if (whole < columns) {
            rest.addRows(FROM, from + whole, fromStride, TO, to + whole, toStride, rows, columns - whole);
        }
    }

    @Override
    public void addStrided(float[] FROM, int from, int stride, float[] TO, int to, int pixels, int channels) {
        for (int j = 0; j < channels; j += STEP) {
            for (int p = 0; p < pixels; p++) {
                FloatVector.fromArray(S, TO, to + j + p * channels)
                        .add(FloatVector.fromArray(S, FROM, from + j + p * stride))
                        .intoArray(TO, to + j + p * channels);
            }
        }
    }

    @Override
    public void add(float[] FROM, int from, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, TO, to + j)
                    .add(FloatVector.fromArray(S, FROM, from + j))
                    .intoArray(TO, to + j);
        }
        rest.add(FROM, from + whole, TO, to + whole, count - whole);
    }

    @Override
    public void subtract(float[] FROM, int from, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, TO, to + j)
                    .sub(FloatVector.fromArray(S, FROM, from + j))
                    .intoArray(TO, to + j);
        }
        rest.subtract(FROM, from + whole, TO, to + whole, count - whole);
    }

    @Override
    public void multiply(float[] FROM, int from, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, TO, to + j)
                    .mul(FloatVector.fromArray(S, FROM, from + j))
                    .intoArray(TO, to + j);
        }
        rest.multiply(FROM, from + whole, TO, to + whole, count - whole);
    }

    @Override
    public void maximum(float[] FROM, int from, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, TO, to + j)
                    .max(FloatVector.fromArray(S, FROM, from + j))
                    .intoArray(TO, to + j);
        }
        rest.maximum(FROM, from + whole, TO, to + whole, count - whole);
    }

    @Override
    public void minimum(float[] FROM, int from, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, TO, to + j)
                    .min(FloatVector.fromArray(S, FROM, from + j))
                    .intoArray(TO, to + j);
        }
        rest.minimum(FROM, from + whole, TO, to + whole, count - whole);
    }

    @Override
    public void scale(float factor, float[] X, int x, int count) {
        int whole = S.loopBound(count);
        FloatVector times = FloatVector.broadcast(S, factor);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, X, x + j).mul(times).intoArray(X, x + j);
        }
        rest.scale(factor, X, x + whole, count - whole);
    }

    @Override
    public void takeWhereEqual(
            float[] X, int x, float[] CHOSEN, int chosen, float[] D, int d, float[] SHARE, int share, int count) {
        int whole = S.loopBound(count);
        FloatVector zero = FloatVector.zero(S);
        for (int j = 0; j < whole; j += STEP) {
            VectorMask<Float> isChosen = FloatVector.fromArray(S, X, x + j)
                    .compare(VectorOperators.EQ, FloatVector.fromArray(S, CHOSEN, chosen + j));
            FloatVector gradient = FloatVector.fromArray(S, D, d + j);
            zero.blend(gradient, isChosen).intoArray(SHARE, share + j);
            gradient.blend(zero, isChosen).intoArray(D, d + j);
        }
        int done = whole;
        rest.takeWhereEqual(X, x + done, CHOSEN, chosen + done, D, d + done, SHARE, share + done, count - done);
    }

    @Override
    public void addScaled(float[] FROM, int from, float factor, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        FloatVector scale = FloatVector.broadcast(S, factor);
        for (int j = 0; j < whole; j += STEP) {
            scale.fma(FloatVector.fromArray(S, FROM, from + j), FloatVector.fromArray(S, TO, to + j))
                    .intoArray(TO, to + j);
        }
        rest.addScaled(FROM, from + whole, factor, TO, to + whole, count - whole);
    }

    @Override
    public void multiply(float[] X, int x, float[] Y, int y, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, X, x + j)
                    .mul(FloatVector.fromArray(S, Y, y + j))
                    .intoArray(TO, to + j);
        }
        rest.multiply(X, x + whole, Y, y + whole, TO, to + whole, count - whole);
    }

    @Override
    public void addProduct(float[] X, int x, float[] Y, int y, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector.fromArray(S, X, x + j)
                    .fma(FloatVector.fromArray(S, Y, y + j), FloatVector.fromArray(S, TO, to + j))
                    .intoArray(TO, to + j);
        }
        rest.addProduct(X, x + whole, Y, y + whole, TO, to + whole, count - whole);
    }

    @Override
    public void mix(float[] W, int w, float[] X, int x, float[] Y, int y, float[] TO, int to, int count) {
        int whole = S.loopBound(count);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector weight = FloatVector.fromArray(S, W, w + j);
            FloatVector second = one.sub(weight).mul(FloatVector.fromArray(S, Y, y + j));
            weight.fma(FloatVector.fromArray(S, X, x + j), second).intoArray(TO, to + j);
        }
        rest.mix(W, w + whole, X, x + whole, Y, y + whole, TO, to + whole, count - whole);
    }

    @Override
    public void mixGradient(
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
            int count) {
        int whole = S.loopBound(count);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector weight = FloatVector.fromArray(S, W, w + j);
            FloatVector gradient = FloatVector.fromArray(S, D, d + j);
            gradient.fma(weight, FloatVector.fromArray(S, DX, dx + j)).intoArray(DX, dx + j);
            FloatVector.fromArray(S, X, x + j)
                    .sub(FloatVector.fromArray(S, Y, y + j))
                    .mul(gradient)
                    .intoArray(DWY, dw + j);
            gradient.mul(one.sub(weight)).intoArray(DWY, dy + j);
        }
        rest.mixGradient(
                W,
                w + whole,
                X,
                x + whole,
                Y,
                y + whole,
                D,
                d + whole,
                DX,
                dx + whole,
                DWY,
                dw + whole,
                dy + whole,
                count - whole);
    }

    @Override
    public void lstmCell(
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
            int count) {
        int whole = S.loopBound(count);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector state = FloatVector.fromArray(S, Z, f + j)
                    .fma(
                            FloatVector.fromArray(S, PREVIOUS, previous + j),
                            FloatVector.fromArray(S, Z, i + j).mul(FloatVector.fromArray(S, Z, g + j)));
            state.intoArray(CELL, cell + j);
            FloatVector v = state.blend(Tanh.LIMIT, state.compare(GT, Tanh.LIMIT));
            v = v.blend(-Tanh.LIMIT, v.compare(LT, -Tanh.LIMIT));
            FloatVector s = v.mul(v);
            FloatVector p = s.fma(FloatVector.broadcast(S, Tanh.A13), FloatVector.broadcast(S, Tanh.A11));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A9));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A7));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A5));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A3));
            p = p.fma(s, FloatVector.broadcast(S, Tanh.A1));
            FloatVector q = s.fma(FloatVector.broadcast(S, Tanh.B6), FloatVector.broadcast(S, Tanh.B4));
            q = q.fma(s, FloatVector.broadcast(S, Tanh.B2));
            q = q.fma(s, FloatVector.broadcast(S, Tanh.B0));
            FloatVector squashed = p.mul(v).div(q);
            squashed.intoArray(TANH_CELL, cell + j);
            FloatVector.fromArray(S, Z, o + j).mul(squashed).intoArray(H, cell + j);
        }
        rest.lstmCell(
                Z,
                i + whole,
                f + whole,
                g + whole,
                o + whole,
                PREVIOUS,
                previous + whole,
                CELL,
                TANH_CELL,
                H,
                cell + whole,
                count - whole);
    }

    @Override
    public void lstmCellGradient(
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
            int count) {
        int whole = S.loopBound(count);
        FloatVector one = FloatVector.broadcast(S, 1f);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector input = FloatVector.fromArray(S, Z, i + j);
            FloatVector forget = FloatVector.fromArray(S, Z, f + j);
            FloatVector candidate = FloatVector.fromArray(S, Z, g + j);
            FloatVector output = FloatVector.fromArray(S, Z, o + j);
            FloatVector squashed = FloatVector.fromArray(S, TANH_CELL, cell + j);
            FloatVector dh = FloatVector.fromArray(S, DH, cell + j);
            FloatVector state =
                    dh.mul(output).fma(one.sub(squashed.mul(squashed)), FloatVector.fromArray(S, DC, dc + j));
            FloatVector dForget = state.mul(forget);
            dForget.intoArray(DC, dc + j);
            state.mul(candidate).mul(input).mul(one.sub(input)).intoArray(Z, i + j);
            dForget.mul(FloatVector.fromArray(S, PREVIOUS, previous + j))
                    .mul(one.sub(forget))
                    .intoArray(Z, f + j);
            state.mul(input).mul(one.sub(candidate.mul(candidate))).intoArray(Z, g + j);
            dh.mul(squashed).mul(output).mul(one.sub(output)).intoArray(Z, o + j);
        }
        rest.lstmCellGradient(
                Z,
                i + whole,
                f + whole,
                g + whole,
                o + whole,
                PREVIOUS,
                previous + whole,
                TANH_CELL,
                DH,
                cell + whole,
                DC,
                dc + whole,
                count - whole);
    }

    @Override
    public void adam(
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
            float epsilon) {
        int whole = S.loopBound(count);
        FloatVector keep1 = FloatVector.broadcast(S, 1 - beta1);
        FloatVector keep2 = FloatVector.broadcast(S, 1 - beta2);
        for (int j = 0; j < whole; j += STEP) {
            FloatVector gradient = FloatVector.fromArray(S, G, g + j);
            FloatVector m = FloatVector.fromArray(S, M, state + j);
            FloatVector v = FloatVector.fromArray(S, V, state + j);
            m = gradient.sub(m).fma(keep1, m);
            v = gradient.fma(gradient, v.neg()).fma(keep2, v);
            m.intoArray(M, state + j);
            v.intoArray(V, state + j);
            FloatVector change = m.mul(rate).div(v.sqrt().add(epsilon));
            FloatVector.fromArray(S, P, p + j).sub(change).intoArray(P, p + j);
        }
        rest.adam(P, p + whole, G, g + whole, M, V, state + whole, count - whole, rate, beta1, beta2, epsilon);
    }
}
