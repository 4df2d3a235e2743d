package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepAccess;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.tensor.Kernels;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The buffers of a plan's values, allocated once. A value that outlives its phase has room for the whole batch; one
 * that does not is scratch of a worker, for a chunk or, where it lives only among steps that go sample by sample, for
 * one sample, so that it stays in cache.
 */
public final class Memory {
    /** Most samples that go through a plan together. */
    public static final int MOST_CHUNK_SAMPLES = 16;

    /** How long a value lives, and so how many samples its buffer holds. */
    enum Scope {
        SAMPLE,
        CHUNK,
        BATCH
    }

    /** The memory of one value. Zeros at first; padding that no step writes stays zero. */
    public static final class Buffer {
        private final float[][] arrays;
        private final Scope scope;
        private final int floatsPerSample;

        Buffer(Scope scope, int floatsPerSample, int workers, int chunkSamples, int batchSamples) {
            this.scope = scope;
            this.floatsPerSample = floatsPerSample;
            arrays = new float[workers][];
            int samples = switch (scope) {
                case SAMPLE -> 1;
                case CHUNK -> chunkSamples;
                case BATCH -> batchSamples;
            };
            for (int worker = 0; worker < workers; worker++) {
                arrays[worker] = scope == Scope.BATCH && worker > 0
                        ? arrays[0]
                        : new float[Math.multiplyExact(samples, floatsPerSample) + Kernels.LANES];
            }
        }

        public float[] array(Cursor at) {
            return arrays[at.worker];
        }

        /** Where the first sample at the cursor lies. */
        public int offset(Cursor at) {
            return switch (scope) {
                case SAMPLE -> 0;
                case CHUNK -> at.local * floatsPerSample;
                case BATCH -> at.first() * floatsPerSample;
            };
        }

        /** The samples of the whole batch, from the first one on. */
        public float[] ofBatch() {
            if (scope != Scope.BATCH) {
                throw new IllegalStateException("This value does not outlive its phase");
            }
            return arrays[0];
        }

        /** Floats from one sample to the next. */
        public int stride() {
            return floatsPerSample;
        }
    }

    private final Map<Value, Buffer> buffers = new HashMap<>();

    /**
     * @param segments of each phase: runs of steps that go sample by sample or chunk by chunk
     * @param kept values that are read once all phases are done
     */
    public Memory(List<List<Segment>> segments, List<Value> kept, int workers, int chunkSamples, int batchSamples) {
        Map<Value, Scope> scopes = new HashMap<>();
        Map<Value, Segment> homes = new HashMap<>();
        for (List<Segment> phase : segments) {
            Set<Value> written = new HashSet<>();
            for (Segment segment : phase) {
                for (Step step : segment.steps()) {
                    for (Value value : StepAccess.of(step).reads()) {
                        if (!written.contains(value)) {
                            scopes.put(value, Scope.BATCH); // another phase wrote it
                        }
                        settle(value, segment, scopes, homes);
                    }
                    for (Value value : StepAccess.of(step).writes()) {
                        written.add(value);
                        settle(value, segment, scopes, homes);
                    }
                }
            }
        }
        kept.forEach(value -> scopes.put(value, Scope.BATCH));
        scopes.forEach((value, scope) -> buffers.put(
                value, new Buffer(scope, value.layout().floatsPerSample(), workers, chunkSamples, batchSamples)));
    }

    private static void settle(Value value, Segment segment, Map<Value, Scope> scopes, Map<Value, Segment> homes) {
        Segment home = homes.putIfAbsent(value, segment);
        boolean atHome = home == null || home.equals(segment);
        Scope scope = segment.sampleBySample() && atHome ? Scope.SAMPLE : Scope.CHUNK;
        scopes.merge(value, scope, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    public Buffer buffer(Value value) {
        Buffer buffer = buffers.get(value);
        if (buffer == null) {
            throw new IllegalArgumentException("The plan has no value " + value.name());
        }
        return buffer;
    }

    /** Steps that follow each other and go the same way through a chunk. */
    public record Segment(int phase, int number, List<Step> steps, boolean sampleBySample) {}
}
