package dev.hourglass.tensor;

/** The kernels in plain Java: what each one computes, and in which order. */
final class PlainKernels implements Kernels {
    @Override
    public String description() {
        return "plain Java";
    }

    @Override
    public Product product(int columns, int aStride, int wStride, int cStride) {
        return (rows, A, a, aJump, segments, length, W, w, D, d, dStride, C, c) -> {
            for (int i = 0; i < rows; i++) {
                int row = c + i * cStride;
                System.arraycopy(D, d + i * dStride, C, row, columns);
                for (int s = 0; s < segments; s++) {
                    for (int k = 0; k < length; k++) {
                        float factor = A[a + s * aJump + i * aStride + k];
                        addScaled(W, w + (s * length + k) * wStride, factor, C, row, columns);
                    }
                }
            }
        };
    }

    @Override
    public Product shortProduct(int columns, int aStride, int wStride, int cStride, int segments, int length) {
        return product(columns, aStride, wStride, cStride);
    }

    @Override
    public TransposedProduct transposedProduct(int columns, int aStride, int wStride, int cStride) {
        return (rows, A, a, aJump, segments, length, W, w, wJump, C, c) -> {
            for (int i = 0; i < rows; i++) {
                for (int s = 0; s < segments; s++) {
                    for (int k = 0; k < length; k++) {
                        float factor = A[a + s * aJump + k * aStride + i];
                        addScaled(W, w + s * wJump + k * wStride, factor, C, c + i * cStride, columns);
                    }
                }
            }
        };
    }

    @Override
    public TileTransform transform(TileTransform.Kind kind) {
        return PlainTransforms.of(kind);
    }

    @Override
    public void leakyRelu(float[] X, int x, int count, float slope) {
        for (int j = x; j < x + count; j++) {
            X[j] = X[j] < 0 ? slope * X[j] : X[j];
        }
    }

    @Override
    public void sigmoid(float[] X, int x, int count) {
        for (int j = x; j < x + count; j++) {
            X[j] = Math.fma(Tanh.tanh(X[j] * 0.5f), 0.5f, 0.5f);
        }
    }

    @Override
    public void relativeSigmoid(float[] X, int x, int count) {
        for (int j = x; j < x + count; j++) {
            float power = Exp.exp(-Math.abs(X[j])); // at most 1, so that nothing overflows
            X[j] = (X[j] < 0 ? power : 1) / (1 + power);
        }
    }

    @Override
    public void tanh(float[] X, int x, int count) {
        for (int j = x; j < x + count; j++) {
            X[j] = Tanh.tanh(X[j]);
        }
    }

    @Override
    public void exp(float[] FROM, int from, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] = Exp.exp(FROM[from + j]);
        }
    }

    @Override
    public void leakyReluGradient(float[] Y, int y, float[] D, int d, int count, float slope) {
        for (int j = 0; j < count; j++) {
            D[d + j] = Y[y + j] > 0 ? D[d + j] : slope * D[d + j];
        }
    }

    @Override
    public void logisticLoss(double[] Z, double[] T, double[] SUMS, float factor, int count) {
        logisticLoss(Z, T, SUMS, factor, 0, count);
    }

    void logisticLoss(double[] Z, double[] T, double[] SUMS, float factor, int from, int end) {
        for (int j = from; j < end; j++) {
            double logit = Z[j];
            double power = Exponential.ofMinus(Math.abs(logit));
            double probability = (logit >= 0 ? 1 : power) / (1 + power);
            Z[j] = Math.max(logit, 0) - logit * T[j];
            SUMS[j] = 1 + power;
            T[j] = (probability - T[j]) * factor;
        }
    }

    @Override
    public void sigmoidGradient(float[] Y, int y, float[] D, int d, int count) {
        for (int j = 0; j < count; j++) {
            D[d + j] = D[d + j] * Y[y + j] * (1 - Y[y + j]);
        }
    }

    @Override
    public void tanhGradient(float[] Y, int y, float[] D, int d, int count) {
        for (int j = 0; j < count; j++) {
            D[d + j] = D[d + j] * (1 - Y[y + j] * Y[y + j]);
        }
    }

    @Override
    public void affine(
            float[] FROM, int from, float[] TO, int to, int pixels, int channels, float[] scale, float[] shift) {
        for (int p = 0; p < pixels * channels; p += channels) {
            for (int j = 0; j < channels; j++) {
                TO[to + p + j] = Math.fma(FROM[from + p + j], scale[j], shift[j]);
            }
        }
    }

    @Override
    public void affineGradient(
            float[] Y, int y, float[] D, int d, int pixels, int channels, float[] a, float[] b, float[] c) {
        for (int p = 0; p < pixels * channels; p += channels) {
            for (int j = 0; j < channels; j++) {
                D[d + p + j] = Math.fma(D[d + p + j], a[j], Math.fma(Y[y + p + j], c[j], b[j]));
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
        affineGradient(Y, y, D, d, pixels, channels, a, b, c);
        leakyReluGradient(Y, y, D, d, pixels * channels, slope);
        addPixels(D, d, pixels, channels, SUM, sum);
    }

    @Override
    public void addProductOfEach(
            float[] X, int x, int xStride, float[] W, int w, float[] TO, int to, int toStride, int pixels, int count) {
        for (int p = 0; p < pixels; p++) {
            for (int j = 0; j < count; j++) {
                int place = to + p * toStride + j;
                TO[place] = Math.fma(X[x + p * xStride + j], W[w + j], TO[place]);
            }
        }
    }

    @Override
    public void sumProducts(
            float[] X, int x, int xStride, float[] Y, int y, int yStride, float[] SUM, int sum, int pixels, int count) {
        for (int p = 0; p < pixels; p++) {
            for (int j = 0; j < count; j++) {
                SUM[sum + j] = Math.fma(X[x + p * xStride + j], Y[y + p * yStride + j], SUM[sum + j]);
            }
        }
    }

    @Override
    public void addPixels(float[] X, int x, int pixels, int channels, float[] SUM, int sum) {
        for (int p = 0; p < pixels * channels; p += channels) {
            for (int j = 0; j < channels; j++) {
                SUM[sum + j] += X[x + p + j];
            }
        }
    }

    @Override
    public void addMoments(float[] X, int x, float[] Y, int y, int pixels, int channels, double[] sums) {
        for (int run = 0; run < pixels; run += STATISTICS_RUN) {
            int end = Math.min(run + STATISTICS_RUN, pixels);
            for (int j = 0; j < channels; j++) {
                float sum = 0;
                float products = 0;
                for (int p = run; p < end; p++) {
                    float value = X[x + p * channels + j];
                    sum += value;
                    products = Math.fma(value, Y[y + p * channels + j], products);
                }
                sums[j] += sum;
                sums[channels + j] += products;
            }
        }
    }

    @Override
    public void affineMax(
            float[] X, int x, int stride, float[] TO, int to, int pixels, int channels, float[] scale, float[] shift) {
        for (int p = 0; p < pixels; p++) {
            for (int j = 0; j < channels; j++) {
                float value = Math.fma(X[x + p * stride + j], scale[j], shift[j]);
                int at = to + p * channels + j;
                TO[at] = value > TO[at] ? value : TO[at];
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
        for (int p = 0; p < pixels; p++) {
            for (int j = 0; j < channels; j++) {
                int at = p * channels + j;
                float value = Math.fma(X[x + p * stride + j], scale[j], shift[j]);
                if (value == MAX[max + at]) {
                    DX[dx + p * stride + j] += D[d + at];
                    D[d + at] = 0;
                }
            }
        }
    }

    @Override
    public void winnerOfFour(float[] X, int x, int below, float[] TO, int to, int pixels, int channels, float[] sign) {
        for (int p = 0; p < pixels; p++) {
            for (int j = 0; j < channels; j++) {
                int first = x + 2 * p * channels + j;
                float winner = X[first];
                for (int place : new int[] {first + channels, first + below, first + below + channels}) {
                    if (X[place] * sign[j] > winner * sign[j]) {
                        winner = X[place];
                    }
                }
                TO[to + p * channels + j] = winner;
            }
        }
    }

    @Override
    public void routeToWinnerOfFour(
            float[] X, int x, int below, float[] D, int d, float[] DX, int dx, int pixels, int channels, float[] sign) {
        for (int p = 0; p < pixels; p++) {
            for (int j = 0; j < channels; j++) {
                int[] places = {0, channels, below, below + channels};
                int first = 2 * p * channels + j;
                int winner = 0;
                for (int i = 1; i < 4; i++) {
                    if (X[x + first + places[i]] * sign[j] > X[x + first + places[winner]] * sign[j]) {
                        winner = i;
                    }
                }
                for (int i = 0; i < 4; i++) {
                    DX[dx + first + places[i]] = i == winner ? D[d + p * channels + j] : 0;
                }
            }
        }
    }

    @Override
    public boolean areFinite(float[] X, int x, int count) {
        for (int j = x; j < x + count; j++) {
            if (!Float.isFinite(X[j])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void copyRows(
            float[] FROM, int from, int fromStride, float[] TO, int to, int toStride, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(FROM, from + row * fromStride, TO, to + row * toStride, columns);
        }
    }

    @Override
    public void addRows(
            float[] FROM, int from, int fromStride, float[] TO, int to, int toStride, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < columns; j++) {
                TO[to + row * toStride + j] += FROM[from + row * fromStride + j];
            }
        }
    }

    @Override
    public void addStrided(float[] FROM, int from, int stride, float[] TO, int to, int pixels, int channels) {
        for (int p = 0; p < pixels; p++) {
            for (int j = 0; j < channels; j++) {
                TO[to + p * channels + j] += FROM[from + p * stride + j];
            }
        }
    }

    @Override
    public void add(float[] FROM, int from, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] += FROM[from + j];
        }
    }

    @Override
    public void subtract(float[] FROM, int from, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] -= FROM[from + j];
        }
    }

    @Override
    public void multiply(float[] FROM, int from, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] *= FROM[from + j];
        }
    }

    @Override
    public void maximum(float[] FROM, int from, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] = Math.max(TO[to + j], FROM[from + j]);
        }
    }

    @Override
    public void minimum(float[] FROM, int from, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] = Math.min(TO[to + j], FROM[from + j]);
        }
    }

    @Override
    public void scale(float factor, float[] X, int x, int count) {
        for (int j = 0; j < count; j++) {
            X[x + j] *= factor;
        }
    }

    @Override
    public void takeWhereEqual(
            float[] X, int x, float[] CHOSEN, int chosen, float[] D, int d, float[] SHARE, int share, int count) {
        for (int j = 0; j < count; j++) {
            boolean isChosen = X[x + j] == CHOSEN[chosen + j];
            SHARE[share + j] = isChosen ? D[d + j] : 0;
            D[d + j] = isChosen ? 0 : D[d + j];
        }
    }

    @Override
    public void addScaled(float[] FROM, int from, float factor, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] = Math.fma(factor, FROM[from + j], TO[to + j]);
        }
    }

    @Override
    public void multiply(float[] X, int x, float[] Y, int y, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] = X[x + j] * Y[y + j];
        }
    }

    @Override
    public void addProduct(float[] X, int x, float[] Y, int y, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            TO[to + j] = Math.fma(X[x + j], Y[y + j], TO[to + j]);
        }
    }

    @Override
    public void mix(float[] W, int w, float[] X, int x, float[] Y, int y, float[] TO, int to, int count) {
        for (int j = 0; j < count; j++) {
            float weight = W[w + j];
            TO[to + j] = Math.fma(weight, X[x + j], (1 - weight) * Y[y + j]);
        }
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
        for (int j = 0; j < count; j++) {
            float weight = W[w + j];
            float gradient = D[d + j];
            DX[dx + j] = Math.fma(gradient, weight, DX[dx + j]);
            DWY[dw + j] = gradient * (X[x + j] - Y[y + j]);
            DWY[dy + j] = gradient * (1 - weight);
        }
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
        for (int j = 0; j < count; j++) {
            float state = Math.fma(Z[f + j], PREVIOUS[previous + j], Z[i + j] * Z[g + j]);
            float squashed = Tanh.tanh(state);
            CELL[cell + j] = state;
            TANH_CELL[cell + j] = squashed;
            H[cell + j] = Z[o + j] * squashed;
        }
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
        for (int j = 0; j < count; j++) {
            float input = Z[i + j];
            float forget = Z[f + j];
            float candidate = Z[g + j];
            float output = Z[o + j];
            float squashed = TANH_CELL[cell + j];
            float dh = DH[cell + j];
            float state = Math.fma(dh * output, 1 - squashed * squashed, DC[dc + j]);
            float dForget = state * forget;
            DC[dc + j] = dForget;
            Z[i + j] = state * candidate * input * (1 - input);
            Z[f + j] = dForget * PREVIOUS[previous + j] * (1 - forget);
            Z[g + j] = state * input * (1 - candidate * candidate);
            Z[o + j] = dh * squashed * output * (1 - output);
        }
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
        float keep1 = 1 - beta1;
        float keep2 = 1 - beta2;
        for (int j = 0; j < count; j++) {
            float gradient = G[g + j];
            float m = Math.fma(gradient - M[state + j], keep1, M[state + j]);
            float v = Math.fma(Math.fma(gradient, gradient, -V[state + j]), keep2, V[state + j]);
            M[state + j] = m;
            V[state + j] = v;
            P[p + j] = P[p + j] - rate * m / ((float) Math.sqrt(v) + epsilon);
        }
    }
}
