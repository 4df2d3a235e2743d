package dev.hourglass.cli.follow;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.follow.GrowingFile.Bookmark;
import dev.hourglass.cli.follow.IncomingLines.Line;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.tables.StreamedRows;
import dev.hourglass.detect.series.RefusedRowException;
import dev.hourglass.detect.series.StreamedEvent;
import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.files.Failures;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Scores rows as they come: a line to standard output for each, at once; events and what is wrong with lines to standard error.
 * One row is in hand at a time, so whoever writes them waits where scores are not taken.
 */
public final class FollowedStream implements AutoCloseable {
    private static final Path STANDARD_INPUT = Path.of("standard input");
    private static final int MOST_NAMED = 3;
    private static final double LEAST_NAMED = 0.05;
    private static final long SAVE_EVERY_NANOS = 60_000_000_000L;

    private final Path name;
    private final IncomingBytes source;
    /** Null of standard input. */
    private final @Nullable GrowingFile file;

    private final FollowOptions options;
    private final StreamingDetector detector;
    private final StreamedRows rows;
    private final List<String> channels;
    private final Terminal terminal;
    private final ScoreLines scores;
    private IncomingLines lines;
    private boolean begun;
    private long saved = System.nanoTime();

    private FollowedStream(
            Path name,
            IncomingBytes source,
            @Nullable GrowingFile file,
            StreamingDetector detector,
            List<String> channels,
            FollowOptions options,
            Terminal terminal) {
        this.name = name;
        this.source = source;
        this.file = file;
        this.detector = detector;
        this.options = options;
        this.terminal = terminal;
        this.channels = channels.isEmpty()
                ? IntStream.rangeClosed(1, detector.channels())
                        .mapToObj(Integer::toString)
                        .toList()
                : List.copyOf(channels);
        rows = new StreamedRows(name, options.table());
        scores = new ScoreLines(options.json(), this.channels);
        lines = new IncomingLines(source, 0);
    }

    /**
     * Of standard input, until it ends.
     *
     * @param channels names, in the order in which the model reads them; may be empty
     */
    public static FollowedStream ofInput(
            InputStream in,
            StreamingDetector detector,
            List<String> channels,
            FollowOptions options,
            Terminal terminal) {
        return new FollowedStream(STANDARD_INPUT, new StandardInput(in), null, detector, channels, options, terminal);
    }

    /** Of a file that others append to, until this thread is interrupted. */
    public static FollowedStream ofFile(
            Path file, StreamingDetector detector, List<String> channels, FollowOptions options, Terminal terminal) {
        try {
            GrowingFile growing = GrowingFile.of(file);
            return new FollowedStream(file, growing, growing, detector, channels, options, terminal);
        } catch (IOException e) {
            throw new CommandException(
                    "Can't follow " + file + ": " + Failures.reason(e) + ". Give the path of a CSV file.", e);
        }
    }

    /**
     * Scores all rows that come.
     *
     * @throws CommandException if a line is no row and that is to end it, or scores or state can't be written
     */
    public void run() {
        resume();
        boolean over = false;
        try {
            while (!over && !Thread.interrupted()) {
                Optional<Line> line = lines.next();
                tellLost();
                line.ifPresent(this::take);
                over = line.isEmpty();
                saveNowAndThen();
            }
        } catch (InterruptedException e) {
            // Whoever interrupts wants the state saved, which an interrupted thread could not do.
            terminal.out().flush();
        } catch (IOException e) {
            save();
            throw new CommandException(
                    "Can't read " + name + ": " + Failures.reason(e) + ". Check that it is there and readable.", e);
        } catch (CommandException e) {
            save();
            throw e;
        }
        if (over && options.state() == null) {
            detector.gap();
            tellEvents();
        }
        flush();
        save();
    }

    private void tellLost() {
        int bytes = lines.takeLost();
        if (bytes > 0) {
            terminal.error(String.format(
                    Locale.ROOT, "%s began anew; the %,d bytes of a line that had no end are left out.", name, bytes));
        }
    }

    private void take(Line line) {
        try {
            if (line.tooLong()) {
                throw new CorruptFileException(
                        name + " at line " + line.number(),
                        String.format(Locale.ROOT, "a line of at most %,d bytes", IncomingLines.MOST_BYTES),
                        "a longer one",
                        "Check its line ends.");
            }
            if (!rows.take(line.bytes(), line.number())) {
                return;
            }
            accept();
        } catch (CorruptFileException e) {
            detector.gap();
            tellEvents();
            refuse(e.getMessage(), e);
            return;
        } catch (RefusedRowException e) {
            refuse(name + " at line " + line.number() + ": " + e.reason(), e);
            return;
        }
        write();
        tellEvents();
    }

    private void accept() {
        if (rows.values().length != detector.channels()) {
            throw new CommandException(
                    name + " has " + rows.values().length + " columns of numbers, but the model reads "
                            + detector.channels() + ". Name them with --columns, or leave others out with --exclude.");
        }
        if (rows.hasTimes()) {
            detector.accept(rows.time(), rows.values());
        } else {
            detector.accept(rows.values());
        }
    }

    private void refuse(@Nullable String reason, RuntimeException e) {
        switch (options.badRows()) {
            case FAIL -> throw new CommandException(reason + " --bad-rows skip leaves such lines out.", e);
            case SKIP -> terminal.error("Left out: " + reason);
        }
    }

    private void write() {
        PrintStream out = terminal.out();
        if (!begun) {
            begun = true;
            terminal.error(rows.note());
            out.print(scores.header(rows));
        }
        out.print(scores.line(rows, detector));
        if (!lines.hasMore()) {
            flush();
        }
    }

    private void flush() {
        if (terminal.out().checkError()) {
            throw new CommandException(
                    "Can't write scores: nobody reads them any more. Start again with --state to go on.");
        }
    }

    private void tellEvents() {
        detector.ended().ifPresent(event -> terminal.error(ended(event)));
        detector.started().ifPresent(event -> terminal.error(started(event)));
    }

    private String started(StreamedEvent event) {
        return String.format(
                Locale.ROOT,
                "Anomaly since %s: score %.2f, %s",
                place(event, StreamedEvent.Span::first),
                event.score(),
                blame(event));
    }

    private String ended(StreamedEvent event) {
        long count = event.rows().last() - event.rows().first() + 1;
        return String.format(
                Locale.ROOT,
                "Anomaly over: %s to %s, %,d row%s, highest score %.2f at %s, %s",
                place(event, StreamedEvent.Span::first),
                place(event, StreamedEvent.Span::last),
                count,
                count == 1 ? "" : "s",
                event.score(),
                place(event, StreamedEvent.Span::peak),
                blame(event));
    }

    private String place(StreamedEvent event, ToLongFunction<StreamedEvent.Span> which) {
        StreamedEvent.Span times = event.times();
        return times == null ? "row " + which.applyAsLong(event.rows()) : rows.text(which.applyAsLong(times));
    }

    /** The channels that have most to do with it. */
    private String blame(StreamedEvent event) {
        return event.blame().stream()
                .limit(MOST_NAMED)
                .filter(each -> each.share() >= LEAST_NAMED)
                .map(each -> String.format(Locale.ROOT, "%s %.0f %%", channels.get(each.channel()), 100 * each.share()))
                .collect(Collectors.joining(", "));
    }

    /** Goes on from the state, if there is one. */
    private void resume() {
        Path state = options.state();
        if (state == null || !Files.exists(state)) {
            return;
        }
        try {
            StreamStateFile from = StreamStateFile.read(state);
            detector.restore(from.detector(), state.toString());
            rows.resume(from.beginning());
            begun = from.beginning().length > 0;
            boolean same = file == null || file.goTo(from.place());
            lines = new IncomingLines(source, same ? from.line() : 0);
            terminal.error(String.format(
                    Locale.ROOT,
                    "Going on after %,d rows%s.",
                    detector.rows(),
                    same ? "" : "; " + name + " has begun anew and is read from its first line"));
        } catch (IOException e) {
            throw new CommandException(
                    "Can't read state " + state + ": " + Failures.reason(e) + ". Remove it to start the stream anew.",
                    e);
        }
    }

    private void saveNowAndThen() {
        if (System.nanoTime() - saved > SAVE_EVERY_NANOS) {
            save();
        }
    }

    private void save() {
        Path state = options.state();
        if (state == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            Bookmark place = file == null ? new Bookmark(0, new byte[32]) : file.bookmark(lines.ahead());
            new StreamStateFile(lines.number(), place, rows.beginning(), detector.state()).write(state);
            saved = System.nanoTime();
        } catch (IOException e) {
            throw CommandException.unwritable(state, e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (IOException e) {
            terminal.error("Can't close " + name + ": " + Failures.reason(e));
        }
    }
}
