package dev.hourglass.tensor;

/** {@link TileTransform} in plain Java. */
final class PlainTransforms {
    private PlainTransforms() {}

    static TileTransform of(TileTransform.Kind kind) {
        return switch (kind) {
            case IMAGE -> PlainTransforms::image;
            case KERNEL -> PlainTransforms::kernel;
            case OUTPUT -> PlainTransforms::output;
            case OUTPUT_GRADIENT -> PlainTransforms::outputGradient;
            case KERNEL_GRADIENT -> PlainTransforms::kernelGradient;
            case REPEATED_IMAGE -> PlainTransforms::repeatedImage;
            case REPEATED_IMAGE_GRADIENT -> PlainTransforms::repeatedImageGradient;
            case REPEATED_OUTPUT -> PlainTransforms::repeatedOutput;
            case REPEATED_OUTPUT_GRADIENT -> PlainTransforms::repeatedOutputGradient;
        };
    }

    private static void image(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float d0 = A[from + i];
                float d1 = A[from + aStep + i];
                float d2 = A[from + 2 * aStep + i];
                float d3 = A[from + 3 * aStep + i];
                B[to + i] = d0 - d2;
                B[to + bStep + i] = d1 + d2;
                B[to + 2 * bStep + i] = d2 - d1;
                B[to + 3 * bStep + i] = d1 - d3;
            }
        }
    }

    private static void kernel(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float g0 = A[from + i];
                float g1 = A[from + aStep + i];
                float g2 = A[from + 2 * aStep + i];
                B[to + i] = g0;
                B[to + bStep + i] = (g0 + g2 + g1) * 0.5f;
                B[to + 2 * bStep + i] = (g0 + g2 - g1) * 0.5f;
                B[to + 3 * bStep + i] = g2;
            }
        }
    }

    private static void output(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float m0 = A[from + i];
                float m1 = A[from + aStep + i];
                float m2 = A[from + 2 * aStep + i];
                float m3 = A[from + 3 * aStep + i];
                B[to + i] = m0 + m1 + m2;
                B[to + bStep + i] = m1 - m2 - m3;
            }
        }
    }

    private static void outputGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float d0 = A[from + i];
                float d1 = A[from + aStep + i];
                B[to + i] = d0;
                B[to + bStep + i] = d0 + d1;
                B[to + 2 * bStep + i] = d0 - d1;
                B[to + 3 * bStep + i] = -d1;
            }
        }
    }

    private static void kernelGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float d0 = A[from + i];
                float d1 = A[from + aStep + i];
                float d2 = A[from + 2 * aStep + i];
                float d3 = A[from + 3 * aStep + i];
                float mean = (d1 + d2) * 0.5f;
                B[to + i] = d0 + mean;
                B[to + bStep + i] = (d1 - d2) * 0.5f;
                B[to + 2 * bStep + i] = mean + d3;
            }
        }
    }

    private static void repeatedImage(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float d0 = A[from + i];
                float d1 = A[from + aStep + i];
                float d2 = A[from + 2 * aStep + i];
                B[to + i] = d0 - d1;
                B[to + bStep + i] = d1;
                B[to + 2 * bStep + i] = d1 - d2;
            }
        }
    }

    private static void repeatedImageGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float own = A[from + aStep + i] + A[from + 2 * aStep + i] - A[from + i];
                float after = run + 1 < runs ? A[from + aRun + i] : 0;
                float before = run > 0 ? A[from - aRun + 2 * aStep + i] : 0;
                B[to + i] = own + (after - before);
            }
        }
    }

    private static void repeatedOutput(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float m0 = A[from + i];
                float m1 = A[from + aStep + i];
                float m2 = A[from + 2 * aStep + i];
                B[to + i] = m0 + m1;
                B[to + bStep + i] = m1 - m2;
            }
        }
    }

    private static void repeatedOutputGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i++) {
                float d0 = A[from + i];
                float d1 = A[from + aStep + i];
                B[to + i] = d0;
                B[to + bStep + i] = d0 + d1;
                B[to + 2 * bStep + i] = -d1;
            }
        }
    }
}
