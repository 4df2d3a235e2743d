package dev.hourglass.engine;

import dev.hourglass.engine.Memory.Segment;
import dev.hourglass.engine.Stopwatch.Stage;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan bound to a processor: memory, kernels and threads. A batch is cut into chunks whose number depends on the
 * batch alone; any thread may take any chunk, each chunk sums gradients of its own, and these are added in the order
 * of the chunks, so the bits do not depend on the threads. After the first batches nothing is allocated.
 */
final class CpuPlan {
    static final int MOST_CHUNK_SAMPLES = 16;

    /** A phase, bound. */
    private record BoundPhase(List<BoundSegment> segments, Operation after) {}

    private record BoundSegment(Operation[] operations, boolean sampleBySample) {
        private BoundSegment {
            operations = operations.clone();
        }

        void run(Cursor at) {
            int step = sampleBySample ? 1 : at.chunkSamples;
            for (at.local = 0; at.local < at.chunkSamples; at.local += step) {
                at.samples = step;
                for (Operation operation : operations) {
                    operation.run(at);
                }
            }
        }
    }

    private final Workers workers;
    private final int chunkCapacity;
    private final List<BoundPhase> phases = new ArrayList<>();
    private final Cursor[] cursors;
    private final ChunkResults results;
    private final NormState[] norms;
    private final Operation clear;
    private final Workers.Task runPhase = this::runChunk;
    private Cursor.Batch batch = Cursor.Batch.NONE;
    private BoundPhase phase;
    private boolean firstPhase;

    /**
     * @param batchCapacity most samples in one run
     * @param chunkSamples samples that go through together, >= 1
     * @param stopwatch sees each operation when it is bound
     */
    CpuPlan(
            Plan plan,
            Parameters parameters,
            PackedWeights weights,
            int sampleSize,
            int batchCapacity,
            int chunkSamples,
            boolean training,
            Kernels kernels,
            Workers workers,
            Stopwatch stopwatch) {
        this.workers = workers;
        chunkCapacity = Math.min(chunkSamples, batchCapacity);
        cursors = new Cursor[workers.threads()];
        for (int worker = 0; worker < cursors.length; worker++) {
            cursors[worker] = new Cursor(worker, sampleSize);
        }
        int chunks = Math.ceilDiv(batchCapacity, chunkCapacity);
        results = new ChunkResults(chunks, training ? weights.forwardSize() : 0, plan.norms());
        norms = plan.norms().stream()
                .map(norm -> new NormState(norm, parameters, training))
                .toArray(NormState[]::new);
        List<List<Segment>> segments = new ArrayList<>();
        for (int i = 0; i < plan.phases().size(); i++) {
            segments.add(segments(i, plan.phases().get(i).steps()));
        }
        Memory memory = new Memory(segments, workers.threads(), chunkCapacity, batchCapacity);
        StepBinder binder = new StepBinder(kernels, memory, weights, results, norms, workers.threads());
        clear = stopwatch.time(
                Stage.of(0, "Clear", "gradients", 0, (long) Float.BYTES * weights.forwardSize()),
                at -> results.clear(at.chunk));
        for (int i = 0; i < plan.phases().size(); i++) {
            int number = i;
            List<BoundSegment> bound = segments.get(i).stream()
                    .map(segment -> new BoundSegment(
                            segment.steps().stream()
                                    .map(step -> stopwatch.time(Stage.of(number, step), binder.bind(step)))
                                    .toArray(Operation[]::new),
                            segment.sampleBySample()))
                    .toList();
            phases.add(new BoundPhase(bound, barrier(i, plan.phases().get(i).after(), stopwatch)));
        }
        phase = phases.getFirst();
    }

    private Operation barrier(int phase, Plan.@Nullable Barrier barrier, Stopwatch stopwatch) {
        if (barrier == null) {
            return at -> {};
        }
        NormState norm = norms[barrier.norm()];
        Operation settle = barrier.backward()
                ? at -> norm.settleGradient(results, barrier.norm(), results.chunks, batch.size())
                : at -> norm.settle(results, barrier.norm(), results.chunks, batch.size());
        return stopwatch.time(Stage.of(phase, "Barrier", "batch normalisation " + barrier.norm(), 0, 0), settle);
    }

    /** How many samples go through together in a plan for a batch of this size: small enough that many threads have work. */
    static int chunkSamples(Plan plan, int batchSize) {
        int share = Math.max(1, batchSize / 8);
        int least = plan.recurrent() ? Math.min(8, batchSize) : 1; // rows of one tile of a product
        return Math.clamp(share, least, MOST_CHUNK_SAMPLES);
    }

    private static List<Segment> segments(int phase, List<Step> steps) {
        List<Segment> segments = new ArrayList<>();
        List<Step> run = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            run.add(steps.get(i));
            boolean sampleBySample = isSampleBySample(steps.get(i));
            if (i + 1 == steps.size() || isSampleBySample(steps.get(i + 1)) != sampleBySample) {
                segments.add(new Segment(phase, segments.size(), List.copyOf(run), sampleBySample));
                run.clear();
            }
        }
        return segments;
    }

    /** Whether a step is best run one sample at a time, while that sample is in cache; products of vectors want many rows. */
    private static boolean isSampleBySample(Step step) {
        boolean sequence = StepAccess.reads(step).stream().anyMatch(v -> v.layout() instanceof Layout.Steps)
                || StepAccess.writes(step).stream().anyMatch(v -> v.layout() instanceof Layout.Steps);
        if (sequence) {
            return false;
        }
        return switch (step) {
            case Step.Convolve s -> !isVector(s.from()) || !isVector(s.to());
            case Step.ConvolveGradient s -> !isVector(s.from()) || !isVector(s.gradient());
            case Step.BiasGradient s -> !isVector(s.gradient());
            case Step.ActivateGradient s -> !isVector(s.gradient());
            default -> true;
        };
    }

    static boolean isVector(Value value) {
        return value.layout() instanceof Layout.Image image && image.rows() == 1 && image.columns() == 1;
    }

    /** Runs the plan over one batch; what it leaves are the {@link #results}. */
    void run(Cursor.Batch batch) {
        this.batch = batch;
        results.chunks = Math.ceilDiv(batch.size(), chunkCapacity);
        for (int i = 0; i < phases.size(); i++) {
            phase = phases.get(i);
            firstPhase = i == 0;
            workers.run(results.chunks, runPhase);
            phase.after().run(cursors[0]);
        }
        this.batch = Cursor.Batch.NONE;
    }

    private void runChunk(int worker, int chunk) {
        Cursor at = cursors[worker];
        at.batch = batch;
        at.chunk = chunk;
        at.chunkStart = chunk * chunkCapacity;
        at.chunkSamples = Math.min(chunkCapacity, batch.size() - at.chunkStart);
        if (firstPhase) {
            clear.run(at);
        }
        for (BoundSegment segment : phase.segments()) {
            segment.run(at);
        }
    }

    ChunkResults results() {
        return results;
    }

    NormState[] norms() {
        return norms;
    }

    /** What each chunk leaves behind, apart until all are done. */
    static final class ChunkResults {
        final float[][] gradients;
        final double[] losses;
        /** By chunk and batch normalisation: sums and sums of products by channel. */
        final double[][][] moments;

        int chunks;

        ChunkResults(int chunks, int gradientSize, List<Plan.Norm> norms) {
            gradients = new float[chunks][gradientSize];
            losses = new double[chunks];
            moments = new double[chunks][norms.size()][];
            for (double[][] chunk : moments) {
                for (int i = 0; i < chunk.length; i++) {
                    chunk[i] = new double[2 * norms.get(i).channelStride()];
                }
            }
        }

        void clear(int chunk) {
            Arrays.fill(gradients[chunk], 0);
            losses[chunk] = 0;
        }

        /** A chunk's sums for a batch normalisation, set to zero before the first pixels of its first sample. */
        double[] moments(Cursor at, int norm, boolean firstPixels) {
            double[] sums = moments[at.chunk][norm];
            if (firstPixels && at.local == 0) {
                Arrays.fill(sums, 0);
            }
            return sums;
        }

        double loss() {
            double sum = 0;
            for (int i = 0; i < chunks; i++) {
                sum += losses[i];
            }
            return sum;
        }
    }

    /** A batch normalisation at work: the factors it applies now, and the gradients of gamma and beta. */
    static final class NormState {
        final float[] scale;
        final float[] shift;
        /** The three factors of the way back: {@code dx = a * dy + c * x + b}. */
        final float[] a;

        final float[] b;
        final float[] c;
        final float[] gammaGradient;
        final float[] betaGradient;
        final int gammaIndex;

        private final Plan.Norm norm;
        private final double[] mean;
        private final double[] inverse;
        private final float[] gamma;
        private final float[] beta;
        private final float[] movingMean;
        private final float[] movingVariance;

        NormState(Plan.Norm norm, Parameters parameters, boolean training) {
            this.norm = norm;
            List<Parameter> all = parameters.list();
            gammaIndex = norm.gamma();
            gamma = all.get(gammaIndex).values();
            beta = all.get(gammaIndex + 1).values();
            movingMean = all.get(gammaIndex + 2).values();
            movingVariance = all.get(gammaIndex + 3).values();
            int stride = norm.channelStride();
            scale = new float[stride];
            shift = new float[stride];
            a = new float[stride];
            b = new float[stride];
            c = new float[stride];
            mean = new double[norm.channels()];
            inverse = new double[norm.channels()];
            gammaGradient = new float[norm.channels()];
            betaGradient = new float[norm.channels()];
            if (!training) {
                for (int j = 0; j < norm.channels(); j++) {
                    setFactors(j, movingMean[j], movingVariance[j]);
                }
            }
        }

        private void setFactors(int channel, double mean, double variance) {
            double inverse = 1 / Math.sqrt(variance + norm.layer().epsilon());
            this.mean[channel] = mean;
            this.inverse[channel] = inverse;
            scale[channel] = (float) (gamma[channel] * inverse);
            shift[channel] = (float) (beta[channel] - mean * gamma[channel] * inverse);
        }

        /** Mean and variance of the batch (biased, as Keras has it), and the moving ones one step on. */
        private void settle(ChunkResults results, int index, int chunks, int samples) {
            double count = (double) samples * norm.pixels();
            float momentum = norm.layer().momentum();
            for (int j = 0; j < norm.channels(); j++) {
                double sum = 0;
                double squares = 0;
                for (int chunk = 0; chunk < chunks; chunk++) {
                    sum += results.moments[chunk][index][j];
                    squares += results.moments[chunk][index][norm.channelStride() + j];
                }
                double batchMean = sum / count;
                double variance = Math.max(0, squares / count - batchMean * batchMean);
                setFactors(j, batchMean, variance);
                movingMean[j] = (float) (movingMean[j] * momentum + batchMean * (1 - momentum));
                movingVariance[j] = (float) (movingVariance[j] * momentum + variance * (1 - momentum));
            }
        }

        /** Ioffe and Szegedy 2015, the gradients in section 3, gathered into factors of gradient and input. */
        private void settleGradient(ChunkResults results, int index, int chunks, int samples) {
            double count = (double) samples * norm.pixels();
            for (int j = 0; j < norm.channels(); j++) {
                double sum = 0;
                double products = 0;
                for (int chunk = 0; chunk < chunks; chunk++) {
                    sum += results.moments[chunk][index][j];
                    products += results.moments[chunk][index][norm.channelStride() + j];
                }
                double dGamma = (products - mean[j] * sum) * inverse[j];
                double factor = gamma[j] * inverse[j];
                double ofInput = -factor * inverse[j] * dGamma / count;
                gammaGradient[j] = (float) dGamma;
                betaGradient[j] = (float) sum;
                a[j] = (float) factor;
                c[j] = (float) ofInput;
                b[j] = (float) (-factor * sum / count - ofInput * mean[j]);
            }
        }
    }

    /** The first window position whose pixel {@code position * stride + offset} is not before the image. */
    static int firstInside(int offset, int stride) {
        return offset >= 0 ? 0 : Math.ceilDiv(-offset, stride);
    }

    /** One past the last window position whose pixel {@code position * stride + offset} lies below {@code size}. */
    static int endInside(int offset, int stride, int size, int positions) {
        return Math.clamp(Math.ceilDiv(size - offset, stride), 0, positions);
    }

    /** How many taps a kernel has. */
    static int area(Size2 kernel) {
        return kernel.height() * kernel.width();
    }
}
