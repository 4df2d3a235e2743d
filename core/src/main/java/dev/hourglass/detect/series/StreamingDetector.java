package dev.hourglass.detect.series;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.model.Graph;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Scores a series row by row as it comes. A row's score is its error in the window that ends with it, so nothing later is
 * known of it: to the bit what {@link StepScores} gives with {@link dev.hourglass.data.series.RowAnswers.Overlap#CAUSAL} and a
 * stride of 1, smoothed and over its threshold, whatever the number of threads.
 *
 * <p>A row that lacks a number has no score and ends the piece of the series that it is in, as a long gap in time does: the next
 * score is that of the row with which a window is full again.
 *
 * <p>Events are those of {@link AnomalyEvent#find}, told as soon as they are certain. That one has {@linkplain #started started} is
 * told at the row with which it is as long as {@link EventOptions#leastRows}; its first row lies before that. That it has
 * {@linkplain #ended ended} is told when no later row can become part of it any more: {@link EventOptions#mergeGap} + 1 rows after
 * its last, or where the piece ends. In between it is {@linkplain #ongoing going on}.
 *
 * <p>A row allocates nothing, but for the events that it starts or ends. For one thread at a time.
 */
public final class StreamingDetector implements AutoCloseable {
    private final ChainInference inference;
    /** Null where errors alone are scored. */
    private final @Nullable ChainInference code;

    private final Runnable rebuild;
    /** What the score reads of the window's code. */
    private final float[] numbers;

    private final Normalization normalization;
    private final StreamingOptions options;
    private final long maxGapNanos;
    private final byte[] fingerprint;
    private final int steps;
    private final int channels;
    /** The last rows as the model reads them, [steps, channels] around a circle. */
    private final float[] ring;

    private final float[] rebuilt;
    private final double[] stored;
    private final MemorySegment storedSegment;
    private final float[] inputs;
    private final double[] errors;
    private final double[] errorParts;
    private final float[] parts;
    private final RunningSmoothing smoothing;
    private final EventTracker events;

    private long rows;
    private boolean timed;
    private long lastTime;
    /** How many rows of the window there are, at most {@code steps}. */
    private int filled;
    /** The row of the ring that is overwritten next: the oldest, once the window is full. */
    private int next;

    private double score = Double.NaN;
    private @Nullable StreamedEvent started;
    private @Nullable StreamedEvent ended;

    private StreamingDetector(
            ChainInference inference,
            @Nullable ChainInference code,
            Shape input,
            Normalization normalization,
            StreamingOptions options,
            byte[] fingerprint) {
        this.inference = inference;
        this.code = code;
        this.normalization = normalization;
        this.options = options;
        this.fingerprint = fingerprint;
        maxGapNanos =
                options.maxGap() == null ? Long.MAX_VALUE : options.maxGap().toNanos();
        steps = input.rank() == 1 ? 1 : input.dimension(0);
        channels = input.dimension(-1);
        ring = new float[steps * channels];
        rebuilt = new float[ring.length];
        stored = new double[channels];
        storedSegment = MemorySegment.ofArray(stored);
        inputs = new float[channels];
        errors = new double[channels];
        errorParts = new double[channels];
        parts = new float[channels];
        smoothing = new RunningSmoothing(options.smoothing());
        events = new EventTracker(options.events(), channels);
        numbers = new float[code == null ? 0 : code.outputSize()];
        Runnable rebuilding = inference.repeated(this::copyWindow, rebuilt);
        if (code == null) {
            rebuild = rebuilding;
        } else {
            Runnable encoding = code.repeated(this::copyWindow, numbers);
            rebuild = () -> {
                rebuilding.run();
                encoding.run();
            };
        }
    }

    /**
     * A detector at the beginning of a stream.
     *
     * @param graph rebuilds its only input, windows [steps, channels] or single rows [channels]
     * @param parameters of its layers, at least
     * @param normalization that rows go through
     * @param threads that share out the work on a row, &gt;= 1; only large convolutions gain by more than one
     * @throws IllegalArgumentException if the graph does not rebuild windows, or errors or normalization are for other channels
     */
    public static StreamingDetector of(
            Graph graph, Parameters parameters, Normalization normalization, StreamingOptions options, int threads) {
        return of(graph, null, parameters, normalization, options, threads);
    }

    /**
     * @param code gives the numbers of a window's code that its score reads, from the same input; null where errors alone are scored
     */
    public static StreamingDetector of(
            Graph graph,
            @Nullable Graph code,
            Parameters parameters,
            Normalization normalization,
            StreamingOptions options,
            int threads) {
        Shape input = inputOf(graph);
        int channels = input.dimension(-1);
        if (normalization.channels() > 1 && normalization.channels() != channels) {
            throw new IllegalArgumentException(
                    "the model reads " + channels + " channels, but there are scales for " + normalization.channels());
        }
        // Refuses errors of other channels now and not with the first window.
        options.errors().parts(new double[channels], new double[channels]);
        StepErrors.requireNumbers(code, options.errors());
        byte[] fingerprint = fingerprint(input, parameters, normalization, options);
        return new StreamingDetector(
                ChainInference.of(graph, parameters, threads),
                code == null ? null : ChainInference.of(code, parameters, threads),
                input,
                normalization,
                options,
                fingerprint);
    }

    private static Shape inputOf(Graph graph) {
        if (graph.inputs().size() == 1 && graph.outputs().size() == 1) {
            Shape input = graph.inputs().getFirst().shape();
            if (input.rank() <= 2
                    && ModelFacts.of(graph).shapeOf(graph.outputs().getFirst()).equals(input)) {
                return input;
            }
        }
        throw new IllegalArgumentException(
                "a stream needs a model that rebuilds windows [steps, channels], but this one reads "
                        + graph.inputs().stream().map(Graph.Input::shape).toList() + " and gives "
                        + graph.outputs().stream()
                                .map(ModelFacts.of(graph)::shapeOf)
                                .toList());
    }

    private void copyWindow(int index, float[] into, int offset) {
        int older = ring.length - next * channels;
        System.arraycopy(ring, next * channels, into, offset, older);
        System.arraycopy(ring, 0, into, offset + older, next * channels);
    }

    /** How many numbers a row has. */
    public int channels() {
        return channels;
    }

    /** How many rows a score needs. */
    public int steps() {
        return steps;
    }

    /** How many rows were taken. */
    public long rows() {
        return rows;
    }

    /**
     * Takes the next row of a stream without times.
     *
     * @param row [channels], not normalized; NaN where a number is missing
     * @throws RefusedRowException if these are other channels, a number is infinite, or rows before had times
     */
    public void accept(double[] row) {
        requireChannels(row.length);
        System.arraycopy(row, 0, stored, 0, channels);
        take(false, 0);
    }

    /** The same of a row in single precision. */
    public void accept(float[] row) {
        copy(row);
        take(false, 0);
    }

    /**
     * Takes the next row.
     *
     * @param time when it was measured, in nanoseconds since any point; not before the row before it
     * @param row [channels], not normalized; NaN where a number is missing
     * @throws RefusedRowException if these are other channels, a number is infinite, time goes back, or rows before had none
     */
    public void accept(long time, double[] row) {
        requireChannels(row.length);
        System.arraycopy(row, 0, stored, 0, channels);
        take(true, time);
    }

    /** The same of a row in single precision. */
    public void accept(long time, float[] row) {
        copy(row);
        take(true, time);
    }

    private void copy(float[] row) {
        requireChannels(row.length);
        for (int i = 0; i < channels; i++) {
            stored[i] = row[i];
        }
    }

    private void requireChannels(int found) {
        if (found != channels) {
            throw new RefusedRowException(
                    rows, "expected " + channels + " channels, as the model reads, found " + found + ".");
        }
    }

    /** Takes what is in {@link #stored}. */
    private void take(boolean hasTime, long time) {
        boolean whole = isWhole();
        requireTime(hasTime, time);
        started = null;
        ended = null;
        // The difference may leave the range of longs, and is below 0 then.
        long gap = time - lastTime;
        if (!whole || (timed && filled > 0 && (gap < 0 || gap > maxGapNanos))) {
            endPiece();
        }
        if (whole) {
            System.arraycopy(inputs, 0, ring, next * channels, channels);
            next = next + 1 == steps ? 0 : next + 1;
            filled = Math.min(filled + 1, steps);
        }
        score = whole && filled == steps ? scored() : Double.NaN;
        switch (events.take(rows, time, score, parts)) {
            case NONE -> {}
            case STARTED -> started = events.event(hasTime);
            case ENDED -> ended = events.event(hasTime);
        }
        rows++;
        timed = hasTime;
        lastTime = time;
    }

    /** Turns what is stored into inputs, unless a number is missing. */
    private boolean isWhole() {
        for (double number : stored) {
            if (Double.isNaN(number)) {
                return false;
            }
        }
        normalization.apply(storedSegment, 0, inputs, 0, channels);
        for (int i = 0; i < channels; i++) {
            if (!Float.isFinite(inputs[i])) {
                throw new RefusedRowException(
                        rows,
                        "expected numbers that are finite after scaling, found " + stored[i] + " in channel " + i
                                + ". Give NaN where a number is missing.");
            }
        }
        return true;
    }

    private void requireTime(boolean hasTime, long time) {
        if (rows > 0 && hasTime != timed) {
            throw new RefusedRowException(
                    rows, "expected a row with" + (timed ? "" : "out") + " a time, as those before it.");
        }
        if (rows > 0 && hasTime && time < lastTime) {
            throw new RefusedRowException(
                    rows,
                    "expected a time that is not before that of the last row, found one that goes back by "
                            + Duration.ofNanos(lastTime).minusNanos(time) + ". Sort the rows by time.");
        }
    }

    /** Scores the window's last row. */
    private double scored() {
        rebuild.run();
        int newest = (next == 0 ? steps - 1 : next - 1) * channels;
        int last = (steps - 1) * channels;
        for (int i = 0; i < channels; i++) {
            errors[i] = (double) rebuilt[last + i] - ring[newest + i];
        }
        options.errors().parts(errors, options.errors().ofCode(numbers, 0), errorParts);
        double sum = 0;
        for (int i = 0; i < channels; i++) {
            sum += errorParts[i];
            // Rounded where scores by step are, so that the bits are theirs.
            parts[i] = (float) ((float) errorParts[i] / options.threshold());
        }
        return smoothing.next((float) sum) / options.threshold();
    }

    /**
     * Says that rows are missing here or that the stream ends: a new piece begins, and an event ends that goes on.
     */
    public void gap() {
        started = null;
        ended = null;
        score = Double.NaN;
        endPiece();
    }

    private void endPiece() {
        filled = 0;
        next = 0;
        smoothing.reset();
        if (events.end() == EventTracker.Change.ENDED) {
            ended = events.event(timed);
        }
    }

    /** The last row's score, smoothed, over the threshold, which is 1; NaN where it has none. */
    public double score() {
        return score;
    }

    /**
     * A channel's part of the last row's score, over the threshold, before smoothing.
     *
     * @return NaN where the row has no score
     */
    public double part(int channel) {
        float part = parts[channel];
        return Double.isNaN(score) ? Double.NaN : part;
    }

    /** The event of which it became certain with the last row that it has started. */
    public Optional<StreamedEvent> started() {
        return Optional.ofNullable(started);
    }

    /** The event of which it became certain with the last row, or with a gap, that it has ended. */
    public Optional<StreamedEvent> ended() {
        return Optional.ofNullable(ended);
    }

    /** Whether an event has started and not ended. */
    public boolean isInEvent() {
        return events.ongoing();
    }

    /** How many events have started since the stream began, the one that goes on included. */
    public long eventCount() {
        return events.count();
    }

    /** The event that has started and not ended, as far as it is known. */
    public Optional<StreamedEvent> ongoing() {
        return events.ongoing() ? Optional.of(events.event(timed)) : Optional.empty();
    }

    /** All that what follows depends on: a detector that is given it goes on to the bit as this one. */
    public byte[] state() {
        int bytes = Long.BYTES
                + 1
                + Long.BYTES
                + Integer.BYTES
                + filled * channels * Float.BYTES
                + smoothing.stateBytes()
                + events.stateBytes();
        return StreamState.write(fingerprint, bytes, this::write);
    }

    private void write(ByteBuffer into) {
        into.putLong(rows).put((byte) (timed ? 1 : 0)).putLong(lastTime).putInt(filled);
        for (int i = 0; i < filled; i++) {
            int row = (next - filled + i + steps) % steps;
            for (int channel = 0; channel < channels; channel++) {
                into.putFloat(ring[row * channels + channel]);
            }
        }
        smoothing.write(into);
        events.write(into);
    }

    /**
     * Goes on where another detector of the same model and settings was.
     *
     * @param state what its {@link #state} gave; nothing in it is trusted
     * @param name of the state in messages, such as its file
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged or of another detector; this one is at the beginning of a
     *     stream then
     */
    public void restore(byte[] state, String name) {
        StreamState.Reader reader = StreamState.read(state, fingerprint, name);
        try {
            reader.all(this::read);
        } catch (CorruptFileException e) {
            reset();
            throw e;
        }
    }

    private void reset() {
        gap();
        ended = null;
        rows = 0;
        timed = false;
        lastTime = 0;
        events.reset();
    }

    private void read(StreamState.Reader from) {
        reset();
        rows = from.row();
        timed = from.flag();
        lastTime = from.number();
        filled = from.count("rows", steps, channels * Float.BYTES);
        next = filled % steps;
        for (int i = 0; i < filled * channels; i++) {
            ring[i] = from.input();
        }
        smoothing.read(from);
        events.read(from, rows);
    }

    /** Tells models and settings apart, errors by what they make of some. */
    private static void updateByCode(MessageDigest digest, StepErrors.OfCode errors) {
        float[] probe = new float[errors.numbers()];
        for (int i = 0; i < probe.length; i++) {
            probe[i] = i % 7 + 1;
            digest.update(ByteBuffer.allocate(Double.BYTES)
                    .putDouble(errors.ofCode(probe, 0))
                    .flip());
        }
    }

    private static byte[] fingerprint(
            Shape input, Parameters parameters, Normalization normalization, StreamingOptions options) {
        MessageDigest digest = StreamState.sha256();
        List<String> settings = List.of(
                input.toString(),
                parameters.sha256(),
                normalization.toString(),
                options.smoothing().toString(),
                Double.toString(options.threshold()),
                options.events().toString(),
                String.valueOf(options.maxGap()));
        for (String setting : settings) {
            digest.update(setting.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        int channels = input.dimension(-1);
        double[] probe = new double[channels];
        double[] parts = new double[channels];
        ByteBuffer bytes = ByteBuffer.allocate(channels * Double.BYTES);
        for (int i = 0; i < channels; i++) {
            probe[i] = i + 2;
            options.errors().parts(probe, parts);
            bytes.clear().asDoubleBuffer().put(parts);
            digest.update(bytes);
        }
        if (options.errors() instanceof StepErrors.OfCode ofCode) {
            updateByCode(digest, ofCode);
        }
        return digest.digest();
    }

    @Override
    public void close() {
        inference.close();
        if (code != null) {
            code.close();
        }
    }
}
