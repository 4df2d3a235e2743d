package dev.hourglass.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link TileTransform} with the Vector API; what is left over after the last full vector goes to the plain twin. */
final class VectorTransforms {
    private static final VectorSpecies<Float> S = VectorKernels.widest();
    private static final int STEP = S.length();

    private VectorTransforms() {}

    static TileTransform of(TileTransform.Kind kind) {
        TileTransform whole = switch (kind) {
            case IMAGE -> VectorTransforms::image;
            case KERNEL -> VectorTransforms::kernel;
            case OUTPUT -> VectorTransforms::output;
            case OUTPUT_GRADIENT -> VectorTransforms::outputGradient;
            case KERNEL_GRADIENT -> VectorTransforms::kernelGradient;
            case REPEATED_IMAGE -> VectorTransforms::repeatedImage;
            case REPEATED_IMAGE_GRADIENT -> VectorTransforms::repeatedImageGradient;
            case REPEATED_OUTPUT -> VectorTransforms::repeatedOutput;
            case REPEATED_OUTPUT_GRADIENT -> VectorTransforms::repeatedOutputGradient;
        };
        TileTransform rest = PlainTransforms.of(kind);
        return (A, a, aRun, aStep, B, b, bRun, bStep, runs, count) -> {
            int vectors = S.loopBound(count);
            whole.run(A, a, aRun, aStep, B, b, bRun, bStep, runs, vectors);
            if (vectors < count) {
                rest.run(A, a + vectors, aRun, aStep, B, b + vectors, bRun, bStep, runs, count - vectors);
            }
        };
    }

    private static void image(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector d0 = FloatVector.fromArray(S, A, from + i);
                FloatVector d1 = FloatVector.fromArray(S, A, from + aStep + i);
                FloatVector d2 = FloatVector.fromArray(S, A, from + 2 * aStep + i);
                FloatVector d3 = FloatVector.fromArray(S, A, from + 3 * aStep + i);
                d0.sub(d2).intoArray(B, to + i);
                d1.add(d2).intoArray(B, to + bStep + i);
                d2.sub(d1).intoArray(B, to + 2 * bStep + i);
                d1.sub(d3).intoArray(B, to + 3 * bStep + i);
            }
        }
    }

    private static void kernel(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector g0 = FloatVector.fromArray(S, A, from + i);
                FloatVector g1 = FloatVector.fromArray(S, A, from + aStep + i);
                FloatVector g2 = FloatVector.fromArray(S, A, from + 2 * aStep + i);
                g0.intoArray(B, to + i);
                g0.add(g2).add(g1).mul(0.5f).intoArray(B, to + bStep + i);
                g0.add(g2).sub(g1).mul(0.5f).intoArray(B, to + 2 * bStep + i);
                g2.intoArray(B, to + 3 * bStep + i);
            }
        }
    }

    private static void output(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector m0 = FloatVector.fromArray(S, A, from + i);
                FloatVector m1 = FloatVector.fromArray(S, A, from + aStep + i);
                FloatVector m2 = FloatVector.fromArray(S, A, from + 2 * aStep + i);
                FloatVector m3 = FloatVector.fromArray(S, A, from + 3 * aStep + i);
                m0.add(m1).add(m2).intoArray(B, to + i);
                m1.sub(m2).sub(m3).intoArray(B, to + bStep + i);
            }
        }
    }

    private static void outputGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector d0 = FloatVector.fromArray(S, A, from + i);
                FloatVector d1 = FloatVector.fromArray(S, A, from + aStep + i);
                d0.intoArray(B, to + i);
                d0.add(d1).intoArray(B, to + bStep + i);
                d0.sub(d1).intoArray(B, to + 2 * bStep + i);
                d1.neg().intoArray(B, to + 3 * bStep + i);
            }
        }
    }

    private static void kernelGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector d0 = FloatVector.fromArray(S, A, from + i);
                FloatVector d1 = FloatVector.fromArray(S, A, from + aStep + i);
                FloatVector d2 = FloatVector.fromArray(S, A, from + 2 * aStep + i);
                FloatVector d3 = FloatVector.fromArray(S, A, from + 3 * aStep + i);
                FloatVector mean = d1.add(d2).mul(0.5f);
                d0.add(mean).intoArray(B, to + i);
                d1.sub(d2).mul(0.5f).intoArray(B, to + bStep + i);
                mean.add(d3).intoArray(B, to + 2 * bStep + i);
            }
        }
    }

    private static void repeatedImage(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector d0 = FloatVector.fromArray(S, A, from + i);
                FloatVector d1 = FloatVector.fromArray(S, A, from + aStep + i);
                FloatVector d2 = FloatVector.fromArray(S, A, from + 2 * aStep + i);
                d0.sub(d1).intoArray(B, to + i);
                d1.intoArray(B, to + bStep + i);
                d1.sub(d2).intoArray(B, to + 2 * bStep + i);
            }
        }
    }

    private static void repeatedImageGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        FloatVector zero = FloatVector.zero(S);
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            boolean isLast = run + 1 == runs;
            boolean isFirst = run == 0;
            for (int i = 0; i < count; i += STEP) {
                FloatVector d0 = FloatVector.fromArray(S, A, from + i);
                FloatVector d1 = FloatVector.fromArray(S, A, from + aStep + i);
                FloatVector d2 = FloatVector.fromArray(S, A, from + 2 * aStep + i);
                FloatVector after = isLast ? zero : FloatVector.fromArray(S, A, from + aRun + i);
                FloatVector before = isFirst ? zero : FloatVector.fromArray(S, A, from - aRun + 2 * aStep + i);
                d1.add(d2).sub(d0).add(after.sub(before)).intoArray(B, to + i);
            }
        }
    }

    private static void repeatedOutput(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector m0 = FloatVector.fromArray(S, A, from + i);
                FloatVector m1 = FloatVector.fromArray(S, A, from + aStep + i);
                FloatVector m2 = FloatVector.fromArray(S, A, from + 2 * aStep + i);
                m0.add(m1).intoArray(B, to + i);
                m1.sub(m2).intoArray(B, to + bStep + i);
            }
        }
    }

    private static void repeatedOutputGradient(
            float[] A, int a, int aRun, int aStep, float[] B, int b, int bRun, int bStep, int runs, int count) {
        for (int run = 0; run < runs; run++) {
            int from = a + run * aRun;
            int to = b + run * bRun;
            for (int i = 0; i < count; i += STEP) {
                FloatVector d0 = FloatVector.fromArray(S, A, from + i);
                FloatVector d1 = FloatVector.fromArray(S, A, from + aStep + i);
                d0.intoArray(B, to + i);
                d0.add(d1).intoArray(B, to + bStep + i);
                d1.neg().intoArray(B, to + 2 * bStep + i);
            }
        }
    }
}
