package dev.hourglass.spark;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.SourceRows;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.series.SampleCodes;
import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A model compiled for the tasks of a process. Each call computes on its caller's thread, since Spark has a task for each core; any
 * number of tasks may call it at once. What an option leaves out is never compiled.
 */
final class CompiledModel {
    private final SavedModel model;
    private @Nullable ChainInference encoder;
    private @Nullable ChainInference whole;
    /** Null where errors alone are scored, or it is not known yet. */
    private @Nullable ChainInference scoredCode;

    private boolean scoredCodeIsKnown;
    private @Nullable Detector detector;

    /** Those that no task uses now, by the longest gap. */
    private final Map<String, Queue<Follower>> followers = new ConcurrentHashMap<>();

    private CompiledModel(SavedModel model) {
        this.model = model;
    }

    static CompiledModel of(SavedModel model) {
        return new CompiledModel(model);
    }

    SavedModel model() {
        return model;
    }

    /**
     * @param samples [count, sample], as the model reads them
     * @return [count, code]
     */
    float[] encode(float[] samples, int count) {
        return run(encoder(), samples, count);
    }

    /** As {@link #encode}, [count, sample]. */
    float[] reconstruct(float[] samples, int count) {
        return run(whole(), samples, count);
    }

    /**
     * Scores samples as {@link dev.hourglass.detect.Detector#scoreSamples} does.
     *
     * @param rebuilt what {@link #reconstruct} gives of them
     * @return over the threshold, NaN or infinite where the model rebuilds what is not finite
     */
    double[] score(float[] samples, float[] rebuilt, int count) {
        Detection detection = Objects.requireNonNull(model.detection(), "the model has no threshold");
        int size = model.input().size();
        FloatDataset data =
                FloatDataset.of(model.name(), model.input(), samples).limit(count);
        return detection.scoreSamples(
                (from, few, into) -> System.arraycopy(rebuilt, from * size, into, 0, few * size),
                scoredCode().map(code -> SampleCodes.of(code, data)).orElseGet(SampleCodes::none),
                data,
                done -> {});
    }

    /**
     * Scores a series without gaps as {@link Detector#score} does, cut into windows as the model was calibrated.
     *
     * @param stored [rows, channels], not normalized, none missing
     * @param rows how many there are; may be 0
     * @return one a row, smoothed and over the threshold; NaN where there are fewer than a window has
     * @throws IllegalArgumentException if the model rebuilds what is not finite
     */
    double[] scorePiece(double[] stored, int rows) {
        Shape input = model.input();
        boolean windows = input.rank() > 1;
        if (rows < (windows ? input.dimension(0) : 1)) {
            double[] none = new double[rows];
            Arrays.fill(none, Double.NaN);
            return none;
        }
        int channels = input.dimension(-1);
        SourceRows source = SourceRows.plain(rows);
        FloatDataset series = FloatDataset.of(
                        model.name(),
                        Shape.of(channels),
                        new SampleStore.Doubles(MemorySegment.ofArray(stored), channels))
                .withNormalization(model.normalization())
                .withRows(source);
        int stride = Objects.requireNonNull(
                        Objects.requireNonNull(model.detection(), "the model has no threshold")
                                .windows(),
                        "the model scores no series")
                .stride();
        FloatDataset samples = windows
                ? series.cut(Cuts.windows(source.pieces(), input.dimension(0), stride, true), LabelRule.MAJORITY, 0)
                : series;
        return detector().score(samples).scores();
    }

    /**
     * A detector of streams, for one task at a time.
     *
     * @param beginning its state at the beginning of a stream
     */
    record Follower(StreamingDetector detector, byte[] beginning) {
        void begin() {
            detector.restore(beginning, "the beginning of a stream");
        }
    }

    /** In any state; to be given back after use, unless that failed. */
    Follower follower(@Nullable Duration maxGap) {
        Follower idle = idle(maxGap).poll();
        if (idle != null) {
            return idle;
        }
        StreamingDetector made = model.streaming(maxGap, 1);
        return new Follower(made, made.state());
    }

    void giveBack(@Nullable Duration maxGap, Follower follower) {
        idle(maxGap).add(follower);
    }

    private Queue<Follower> idle(@Nullable Duration maxGap) {
        return followers.computeIfAbsent(String.valueOf(maxGap), absent -> new ConcurrentLinkedQueue<>());
    }

    private static float[] run(ChainInference chain, float[] samples, int count) {
        int size = chain.inputSize();
        float[] outputs = new float[Math.multiplyExact(count, chain.outputSize())];
        chain.run(
                (index, into, offset) -> System.arraycopy(samples, index * size, into, offset, size),
                0,
                count,
                outputs);
        return outputs;
    }

    private synchronized ChainInference encoder() {
        ChainInference made = encoder == null ? compiled(model.encoder()) : encoder;
        encoder = made;
        return made;
    }

    private synchronized ChainInference whole() {
        ChainInference made = whole == null ? compiled(rebuilding(model)) : whole;
        whole = made;
        return made;
    }

    private synchronized Optional<ChainInference> scoredCode() {
        if (!scoredCodeIsKnown) {
            scoredCode = model.scoredCode(1).orElse(null);
            scoredCodeIsKnown = true;
        }
        return Optional.ofNullable(scoredCode);
    }

    private synchronized Detector detector() {
        Detector made = detector == null ? model.detector(1) : detector;
        detector = made;
        return made;
    }

    /** What rebuilds a sample; of several inputs, each of which is rebuilt, all in a row as a sample has them. */
    static SavedModel rebuilding(SavedModel model) {
        return model.rebuildsEach() ? model.joined().whole() : model.whole();
    }

    private static ChainInference compiled(SavedModel chain) {
        return ChainInference.of(chain.graph(), chain.parameters(), 1);
    }
}
