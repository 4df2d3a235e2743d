package dev.hourglass.engine.cpu;

import dev.hourglass.engine.AllReduce;
import dev.hourglass.engine.cpu.Stopwatch.Stage;
import dev.hourglass.engine.cpu.layout.GradientForms;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.engine.cpu.memory.BatchPenalty;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.ContractionPenalty;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.memory.Memory.Segment;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.memory.SparsityPenalty;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.ops.windows.BatchGradients;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepAccess;
import dev.hourglass.engine.cpu.step.StepCost;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A plan bound to a processor: memory, kernels and threads. A batch is cut into chunks whose number depends on the
 * batch alone; any thread may take any chunk, each chunk sums gradients of its own, and these are added in the order
 * of the chunks, so the bits do not depend on the threads. After the first batches nothing is allocated.
 */
public final class CpuPlan {
    /** Floats of a weight gradient that stay in the second-level cache from one sample to the next. */
    private static final int MOST_SUMMED_BY_SAMPLE = 1 << 18;

    /** Operations of a step for one sample from which on threads share it: about 10 microseconds. */
    private static final long LEAST_SHARED_FLOPS = 1_000_000;

    /** A phase, bound. */
    private record BoundPhase(List<BoundSegment> segments, Operation after) {}

    /** @param shared whether each operation is worth sharing between threads where there is a single sample */
    private record BoundSegment(Operation[] operations, boolean[] shared, boolean sampleBySample) {
        private BoundSegment {
            operations = operations.clone();
            shared = shared.clone();
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
    private final BatchSize size;
    private final List<BoundPhase> phases = new ArrayList<>();
    private final Cursor[] cursors;
    private final ChunkResults results;
    private final List<NormState> norms;
    private final BatchGradients batchGradients;
    private final BatchSums sums;
    private final Operation clear;
    private final boolean training;
    private final Cursor[] partCursors;
    private final Workers.Task runPhase = this::runChunk;
    private final Workers.Task runPart = this::runPart;
    private Operation sharedOperation = at -> {};
    private Cursor.Batch batch = Cursor.Batch.NONE;
    private BoundPhase phase;
    private boolean firstPhase;

    public CpuPlan(Plan plan, PackedWeights weights, BatchSize size, Processor processor) {
        this(plan, weights, size, processor, AllReduce.NONE);
    }

    /** @param sessions those that compute a batch together, each some of its chunks */
    public CpuPlan(Plan plan, PackedWeights weights, BatchSize size, Processor processor, AllReduce sessions) {
        this.size = size;
        this.training = plan.training();
        Kernels kernels = processor.kernels();
        Stopwatch stopwatch = processor.stopwatch();
        workers = processor.workers();
        cursors = new Cursor[workers.threads()];
        partCursors = new Cursor[cursors.length];
        for (int worker = 0; worker < cursors.length; worker++) {
            cursors[worker] = new Cursor(worker, size.sampleNumbers());
            partCursors[worker] = new Cursor(0, 0);
            partCursors[worker].parts = cursors.length;
        }
        GradientForms forms = new GradientForms(plan.components(), kernels);
        List<BatchPenalty> penalties = plan.summing().stream()
                .map(step -> BatchPenalty.of(step, size.chunks(), weights.parameters()))
                .toList();
        results = new ChunkResults(
                size.chunks(),
                new Placement(plan.gradients()),
                forms,
                new ChunkResults.Sums(plan.losses(), plan.norms(), penalties),
                kernels);
        norms = plan.norms().stream()
                .map(norm -> new NormState(norm, weights.parameters(), training))
                .toList();
        List<List<Segment>> segments = new ArrayList<>();
        for (int i = 0; i < plan.phases().size(); i++) {
            segments.add(segments(i, plan.phases().get(i).steps()));
        }
        List<Value> kept = plan.overBatch().stream()
                .flatMap(step -> Stream.of(step.from(), step.gradient()))
                .toList();
        Memory memory = new Memory(segments, kept, workers.threads(), size.chunkSamples(), size.samples());
        int ofOwn = sessions.sessions() > 1 ? 0 : workers.threads();
        batchGradients = new BatchGradients(plan, weights.parameters().list(), memory, forms, kernels, ofOwn);
        sums = new BatchSums(sessions, results, batchGradients, processor);
        StepBinder binder =
                new StepBinder(new Resources(kernels, memory, weights, results, norms, workers.threads(), training));
        clear = stopwatch.time(
                Stage.of(0, "Clear", "gradients", 0, (long) Float.BYTES * results.placement.size()),
                at -> results.clear(at.chunk));
        for (int i = 0; i < plan.phases().size(); i++) {
            int number = i;
            List<BoundSegment> bound = segments.get(i).stream()
                    .map(segment -> new BoundSegment(
                            segment.steps().stream()
                                    .map(step -> stopwatch.time(Stage.of(number, step), binder.bind(step)))
                                    .toArray(Operation[]::new),
                            training ? new boolean[segment.steps().size()] : shared(segment.steps()),
                            segment.sampleBySample()))
                    .toList();
            phases.add(new BoundPhase(bound, barrier(i, plan.phases().get(i).after(), stopwatch)));
        }
        phase = phases.getFirst();
    }

    private Operation barrier(int phase, Step.@Nullable PhaseEnd end, Stopwatch stopwatch) {
        if (end == null) {
            return at -> {};
        }
        Operation settle = switch (end) {
            case Step.Barrier barrier -> {
                NormState norm = norms.get(barrier.norm());
                yield at -> {
                    sums.completeMoments(barrier.norm());
                    if (barrier.backward()) {
                        norm.settleGradient(results, barrier.norm(), results.chunks, batch.size());
                    } else {
                        norm.settle(results, barrier.norm(), results.chunks, batch.size());
                    }
                };
            }
            case Step.ActivityBarrier barrier -> {
                SparsityPenalty penalty = (SparsityPenalty) results.batchPenalties.get(barrier.number());
                yield at -> {
                    sums.completeActivities(barrier.number());
                    penalty.settle(results.chunks, batch.size());
                };
            }
        };
        String what = StepCost.of(end).writes().getFirst();
        return stopwatch.time(Stage.of(phase, "Barrier", what, 0, 0), settle);
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

    /** Which steps of inference take so long for one sample that sharing it, which costs two microseconds, pays. */
    private static boolean[] shared(List<Step> steps) {
        boolean[] shared = new boolean[steps.size()];
        for (int i = 0; i < shared.length; i++) {
            shared[i] = switch (steps.get(i)) {
                case Step.Convolve ignored -> isLong(steps.get(i));
                // The three steps of a convolution by tiles go together: what a thread writes, it reads.
                case Step.ToTiles ignored -> isLong(steps.get(i + 1));
                case Step.TileProduct ignored -> isLong(steps.get(i));
                case Step.FromTiles ignored -> isLong(steps.get(i - 1));
                default -> false;
            };
        }
        return shared;
    }

    private static boolean isLong(Step step) {
        return StepCost.of(step).flops() >= LEAST_SHARED_FLOPS;
    }

    /** Whether a step is best run one sample at a time, while that sample is in cache; products of vectors want many rows. */
    private static boolean isSampleBySample(Step step) {
        boolean sequence = StepAccess.of(step).reads().stream().anyMatch(v -> v.layout() instanceof Layout.Steps)
                || StepAccess.of(step).writes().stream().anyMatch(v -> v.layout() instanceof Layout.Steps);
        if (sequence) {
            return false;
        }
        return switch (step) {
            case Step.Convolve s -> !s.from().isVector() || !s.to().isVector();
            case Step.ConvolveGradient s ->
                (!s.from().isVector() || !s.gradient().isVector()) && s.sum().size() <= MOST_SUMMED_BY_SAMPLE;
            case Step.BiasGradient s -> !s.gradient().isVector();
            case Step.ActivateGradient s -> !s.gradient().isVector();
            default -> true;
        };
    }

    /** Runs the plan over one batch; what it leaves are the {@link #results}. */
    public void run(Cursor.Batch batch) {
        this.batch = batch;
        sums.begin(batch.size(), size.chunkSamples());
        // By index, here and below: iterators are objects, which the JIT doesn't always leave out.
        for (int i = 0; i < norms.size(); i++) {
            norms.get(i).begin();
        }
        for (int i = 0; i < results.batchPenalties.size(); i++) {
            results.batchPenalties.get(i).begin();
        }
        for (int i = 0; i < phases.size(); i++) {
            phase = phases.get(i);
            firstPhase = i == 0;
            if (batch.size() == 1 && !training && workers.threads() > 1) {
                shareSample();
            } else {
                workers.run(sums.chunks(), runPhase);
            }
            phase.after().run(cursors[0]);
        }
        this.batch = Cursor.Batch.NONE;
        for (int i = 0; i < results.batchPenalties.size(); i++) {
            if (results.batchPenalties.get(i) instanceof ContractionPenalty) {
                sums.completeActivities(i);
            }
        }
        sums.completeBatch();
    }

    /** Whether other sessions compute other chunks: sums over the batch are then complete after a {@link #run}. */
    public boolean isShared() {
        return sums.areShared();
    }

    /** One sample, whose large operations all threads compute together: nothing else would keep them busy. */
    private void shareSample() {
        Cursor at = cursors[0];
        moveTo(at, 0);
        at.local = 0;
        at.samples = 1;
        if (firstPhase) {
            clear.run(at);
        }
        for (int i = 0; i < phase.segments().size(); i++) {
            shareSample(phase.segments().get(i), at);
        }
    }

    private void shareSample(BoundSegment segment, Cursor at) {
        for (int i = 0; i < segment.operations().length; i++) {
            if (segment.shared()[i]) {
                sharedOperation = segment.operations()[i];
                workers.run(partCursors.length, runPart);
            } else {
                segment.operations()[i].run(at);
            }
        }
    }

    private void runPart(int worker, int part) {
        Cursor at = partCursors[part];
        moveTo(at, 0);
        at.samples = 1;
        at.part = part;
        sharedOperation.run(at);
    }

    private void moveTo(Cursor at, int chunk) {
        at.batch = batch;
        at.chunk = chunk;
        at.chunkStart = chunk * size.chunkSamples();
        at.chunkSamples = Math.min(size.chunkSamples(), batch.size() - at.chunkStart);
    }

    private void runChunk(int worker, int task) {
        Cursor at = cursors[worker];
        moveTo(at, sums.firstChunk() + task);
        if (firstPhase) {
            clear.run(at);
        }
        for (int i = 0; i < phase.segments().size(); i++) {
            phase.segments().get(i).run(at);
        }
    }

    public ChunkResults results() {
        return results;
    }

    public BatchGradients batchGradients() {
        return batchGradients;
    }

    public List<NormState> norms() {
        return norms;
    }
}
