package dev.hourglass.engine.cpu;

import dev.hourglass.engine.AllReduce;
import dev.hourglass.engine.cpu.memory.BatchPenalty;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.OutputSums;
import dev.hourglass.engine.cpu.ops.windows.BatchGradients;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which chunks of a batch this session computes, and how their sums become those of the batch where others compute the rest:
 * what a chunk left is added to the sums of the chunks before it, and what all have added up takes the place of the first
 * chunk's results, so that whoever reads these finds a batch of one chunk. Allocates nothing in a step.
 */
final class BatchSums {
    /** 256 KB: far more than what a message costs besides, far less than what a model's gradients have. */
    private static final int SEGMENT_FLOATS = 1 << 16;

    private static final int TASK_FLOATS = 1 << 14;

    /** Sums of an output and of the batch that are no gradients. */
    private static final int OF_OUTPUT = 4;

    private static final int OF_BATCH = 3;

    private final AllReduce sessions;
    private final ChunkResults results;
    private final BatchGradients ofBatch;
    private final Kernels kernels;
    private final Workers workers;
    private final double[][] moments;
    private final AllReduce.OwnShare[] addMoments;
    private final double[][] activities;
    private final AllReduce.OwnShare[] addActivities;
    private final double[] numbers;
    private final int[] ends;
    private final int[] endsOverBatch;
    private final AllReduce.OwnShare addNumbers = ignored -> addNumbers();
    private final AllReduce.OwnShare addGradients = this::addGradients;
    private final AllReduce.OwnShare addOverBatch = this::addOverBatch;
    private final Workers.Task addPart = this::addPart;
    private final Workers.Task sumOverBatch = this::sumOverBatch;
    private int firstChunk;
    private int lastChunk;
    private int firstSample;
    private int samples;
    private int segment;

    BatchSums(AllReduce sessions, ChunkResults results, BatchGradients ofBatch, Processor processor) {
        this.sessions = sessions;
        this.results = results;
        this.ofBatch = ofBatch;
        kernels = processor.kernels();
        workers = processor.workers();
        moments = Arrays.stream(results.moments[0])
                .map(sums -> new double[sums.length])
                .toArray(double[][]::new);
        addMoments = IntStream.range(0, moments.length)
                .mapToObj(norm -> (AllReduce.OwnShare) ignored -> addMoments(norm))
                .toArray(AllReduce.OwnShare[]::new);
        activities = results.batchPenalties.stream()
                .map(penalty -> new double[penalty.sums(0).length])
                .toArray(double[][]::new);
        addActivities = IntStream.range(0, activities.length)
                .mapToObj(penalty -> (AllReduce.OwnShare) ignored -> addActivities(penalty))
                .toArray(AllReduce.OwnShare[]::new);
        numbers = new double[OF_OUTPUT * results.outputs() + OF_BATCH];
        endsOverBatch = ofBatch.ends();
        int floats = results.placement.size();
        ends = IntStream.rangeClosed(1, Math.ceilDiv(floats, SEGMENT_FLOATS))
                .map(end -> (int) Math.min(floats, (long) end * SEGMENT_FLOATS))
                .toArray();
    }

    boolean areShared() {
        return sessions.sessions() > 1;
    }

    /** Takes this session's share of a batch. */
    void begin(int batchSamples, int chunkSamples) {
        int chunks = Math.ceilDiv(batchSamples, chunkSamples);
        firstChunk = firstChunk(chunks, sessions.rank());
        lastChunk = firstChunk(chunks, sessions.rank() + 1);
        firstSample = Math.min(batchSamples, firstChunk * chunkSamples);
        samples = Math.min(batchSamples, lastChunk * chunkSamples) - firstSample;
        results.chunks = areShared() ? 1 : chunks;
    }

    /** Rounded up, so that the first session always has a chunk. */
    private int firstChunk(int chunks, int rank) {
        return (int) Math.ceilDiv((long) chunks * rank, sessions.sessions());
    }

    int firstChunk() {
        return firstChunk;
    }

    /** How many chunks this session computes; 0 where a short batch has too few. */
    int chunks() {
        return lastChunk - firstChunk;
    }

    /** Behind a barrier: the sums of a batch normalisation. */
    void completeMoments(int norm) {
        if (areShared()) {
            complete(moments[norm], addMoments[norm], results.moments[0][norm]);
        }
    }

    /** Behind a barrier, or at the end: the sums of a penalty. */
    void completeActivities(int penalty) {
        if (areShared()) {
            complete(
                    activities[penalty],
                    addActivities[penalty],
                    results.batchPenalties.get(penalty).sums(0));
        }
    }

    private void complete(double[] sums, AllReduce.OwnShare own, double[] into) {
        Arrays.fill(sums, 0);
        sessions.sum(sums, own);
        System.arraycopy(sums, 0, into, 0, sums.length);
    }

    private void addMoments(int norm) {
        for (int chunk = firstChunk; chunk < lastChunk; chunk++) {
            add(results.moments[chunk][norm], moments[norm]);
        }
    }

    private void addActivities(int number) {
        BatchPenalty penalty = results.batchPenalties.get(number);
        for (int chunk = firstChunk; chunk < lastChunk; chunk++) {
            add(penalty.sums(chunk), activities[number]);
        }
    }

    private static void add(double[] ofChunk, double[] sums) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] += ofChunk[j];
        }
    }

    /** Once all chunks of all sessions are done: losses, errors and gradients. */
    void completeBatch() {
        if (!areShared()) {
            return;
        }
        Arrays.fill(numbers, 0);
        sessions.sum(numbers, addNumbers);
        takeNumbers();
        sessions.sum(results.gradients[0], ends, addGradients);
        ofBatch.begin(firstSample, samples, sessions.rank() == 0);
        sessions.sum(ofBatch.sums(), endsOverBatch, addOverBatch);
    }

    private void addNumbers() {
        for (int chunk = firstChunk; chunk < lastChunk; chunk++) {
            int at = 0;
            for (int i = 0; i < results.outputs(); i++) {
                OutputSums output = results.ofOutput(i);
                numbers[at++] += output.losses[chunk];
                numbers[at++] += output.squaredErrors[chunk];
                numbers[at++] += output.absoluteErrors[chunk];
                numbers[at++] += output.maskedTerms[chunk];
            }
            numbers[at++] += results.penalties[chunk];
            numbers[at++] += results.divergences[chunk];
            numbers[at] += results.divergenceCosts[chunk];
        }
    }

    private void takeNumbers() {
        int at = 0;
        for (int i = 0; i < results.outputs(); i++) {
            OutputSums output = results.ofOutput(i);
            output.losses[0] = numbers[at++];
            output.squaredErrors[0] = numbers[at++];
            output.absoluteErrors[0] = numbers[at++];
            output.maskedTerms[0] = numbers[at++];
        }
        results.penalties[0] = numbers[at++];
        results.divergences[0] = numbers[at++];
        results.divergenceCosts[0] = numbers[at];
    }

    private void addGradients(int segment) {
        this.segment = segment;
        workers.run(Math.ceilDiv(ends[segment] - from(segment), TASK_FLOATS), addPart);
    }

    private int from(int segment) {
        return segment == 0 ? 0 : ends[segment - 1];
    }

    private void addPart(int worker, int task) {
        int from = from(segment) + task * TASK_FLOATS;
        int count = Math.min(TASK_FLOATS, ends[segment] - from);
        // The sums of rank 0 begin as those of its first chunk.
        for (int chunk = Math.max(1, firstChunk); chunk < lastChunk; chunk++) {
            kernels.add(results.gradients[chunk], from, results.gradients[0], from, count);
        }
    }

    private void addOverBatch(int segment) {
        this.segment = segment;
        workers.run(ofBatch.tasks(segment), sumOverBatch);
    }

    private void sumOverBatch(int worker, int task) {
        ofBatch.sumSegment(segment, task);
    }
}
