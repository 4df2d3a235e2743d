package dev.hourglass.data.tables.formats;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.RowSource;
import dev.hourglass.data.tables.TextLines;
import dev.hourglass.files.Excerpt;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A record of PhysioNet's WFDB: {@code NAME.hea} names the files beside it that have the samples. A row is a sample of each
 * signal, in its unit; where the header says when the record begins, a row has a time, and where {@code NAME.atr} marks beats, the
 * class of the one nearest to it.
 *
 * @see <a href="https://physionet.org/physiotools/wag/header-5.htm">the header</a>
 */
public final class WfdbRows implements RowSource {
    public static final String ENDING = ".hea";
    private static final String BEAT = "beat";
    private static final String TIME = "time";
    private static final int MOST_SIGNALS = 4_096;
    private static final double USUAL_GAIN = 200;
    private static final Pattern FORMAT =
            Pattern.compile("(\\d{1,4})(?:x(\\d{1,9}))?(?::(\\d{1,9}))?(?:\\+(\\d{1,9}))?");
    private static final Pattern GAIN = Pattern.compile("([^(/]+)(?:\\((-?\\d{1,9})\\))?(?:/(.*))?");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d/M/uuuu");
    private static final DateTimeFormatter CLOCK = new DateTimeFormatterBuilder()
            .appendPattern("H:m:s")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);
    private static final long SECOND = 1_000_000_000L;

    private final TextLines lines;
    private final List<Signal> signals = new ArrayList<>();
    private final List<WfdbSamples> files = new ArrayList<>();
    private double frequency = 250;
    private @Nullable LocalDateTime begins;
    private long samples = -1;
    private final @Nullable WfdbBeats beats;
    private long row;

    /** @param gain steps of the converter in one unit */
    private record Signal(String file, int format, int offset, double gain, double baseline, String name) {}

    public WfdbRows(Path header) throws IOException {
        lines = new TextLines(header);
        try {
            int count = readRecord(line("the record's line"));
            for (int i = 0; i < count; i++) {
                signals.add(readSignal(line("a signal's line"), i));
            }
            openFiles(header);
            String name = String.valueOf(header.getFileName()).replaceFirst("(?i)\\.hea.*$", "");
            Path marks = header.resolveSibling(name + ".atr");
            beats = Files.isRegularFile(marks) ? WfdbBeats.read(marks) : null;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private String line(String expected) throws IOException {
        String line = lines.next();
        while (line != null && (line.isEmpty() || line.startsWith("#"))) {
            line = lines.next();
        }
        if (line == null) {
            throw lines.corrupt(expected, "the end of the file", "");
        }
        return line;
    }

    /** NAME signals [frequency [samples [time of day [date]]]]; what is in brackets may be left out. */
    private int readRecord(String line) {
        String[] fields = line.split("\\s+", -1);
        if (fields[0].contains("/")) {
            throw lines.corrupt("one record", "one of segments", "Give the header of each segment.");
        }
        int count = fields.length < 2 ? -1 : whole(fields[1]);
        if (count < 1 || count > MOST_SIGNALS) {
            throw lines.corrupt("a record of 1 to 4,096 signals", "'" + Excerpt.of(line) + "'", "");
        }
        if (fields.length > 2) {
            frequency = number(fields[2].split("[/(]", 2)[0], line);
            if (!(frequency > 0 && frequency < 1e9)) {
                throw lines.corrupt("a frequency in hertz", "'" + Excerpt.of(fields[2]) + "'", "");
            }
        }
        if (fields.length > 3 && !fields[3].equals("0")) {
            samples = whole(fields[3]);
            if (samples < 0) {
                throw lines.corrupt("a number of samples", "'" + Excerpt.of(fields[3]) + "'", "");
            }
        }
        if (fields.length > 5) {
            try {
                begins = LocalDateTime.of(LocalDate.parse(fields[5], DATE), LocalTime.parse(fields[4], CLOCK));
            } catch (DateTimeException e) {
                throw lines.corrupt(
                        "a time of day and a date, such as 13:05:00 25/04/1989",
                        "'" + Excerpt.of(fields[4] + " " + fields[5]) + "'",
                        "");
            }
        }
        return count;
    }

    /** FILE format [gain(baseline)/unit [bits [zero [first [checksum [block [description]]]]]]]. */
    private Signal readSignal(String line, int number) {
        String[] fields = line.split("\\s+", 9);
        Matcher format = FORMAT.matcher(fields.length < 2 ? "" : fields[1]);
        if (!format.matches()) {
            throw lines.corrupt("a file and its format", "'" + Excerpt.of(line) + "'", "");
        }
        if (fields[0].contains("/")
                || fields[0].contains("\\")
                || fields[0].startsWith(".")
                || fields[0].length() < 2) {
            throw lines.corrupt("the name of a file beside the header", "'" + Excerpt.of(fields[0]) + "'", "");
        }
        if (format.group(2) != null && whole(format.group(2)) != 1) {
            throw lines.corrupt(
                    "signals of one frequency",
                    "one with " + format.group(2) + " samples where others have one",
                    "Write them as CSV.");
        }
        if (format.group(3) != null && whole(format.group(3)) != 0) {
            throw lines.corrupt("signals that begin at once", "a skew of " + format.group(3), "Write them as CSV.");
        }
        double gain = USUAL_GAIN;
        double zero = fields.length > 4 ? number(fields[4], line) : 0;
        double baseline = zero;
        if (fields.length > 2) {
            Matcher said = GAIN.matcher(fields[2]);
            if (!said.matches()) {
                throw lines.corrupt("a gain, such as 200(1024)/mV", "'" + Excerpt.of(fields[2]) + "'", "");
            }
            gain = number(said.group(1), line);
            gain = gain == 0 ? USUAL_GAIN : gain;
            baseline = said.group(2) == null ? zero : whole(said.group(2));
        }
        String name = fields.length > 8 && !fields[8].isBlank() ? fields[8].strip() : "signal_" + (number + 1);
        int offset = format.group(4) == null ? 0 : whole(format.group(4));
        return new Signal(fields[0], whole(format.group(1)), offset, gain, baseline, name);
    }

    private int whole(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw lines.corrupt("a whole number", "'" + Excerpt.of(text) + "'", "");
        }
    }

    private double number(String text, String line) {
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw lines.corrupt("a number for '" + Excerpt.of(text) + "'", "'" + Excerpt.of(line) + "'", "");
    }

    /** Signals of one file lie in it in turns. */
    private void openFiles(Path header) throws IOException {
        Map<String, Integer> counts = new LinkedHashMap<>();
        String last = "";
        for (Signal signal : signals) {
            Signal first = signals.stream()
                    .filter(one -> one.file.equals(signal.file))
                    .findFirst()
                    .orElse(signal);
            boolean apart = counts.containsKey(signal.file) && !last.equals(signal.file);
            if (apart || first.format != signal.format || first.offset != signal.offset) {
                throw lines.corrupt(
                        "the signals of a file behind each other and alike",
                        "'" + Excerpt.of(signal.file) + "' in between or otherwise",
                        "");
            }
            counts.merge(signal.file, 1, Integer::sum);
            last = signal.file;
        }
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            Path file = header.resolveSibling(entry.getKey());
            if (!Files.isRegularFile(file)) {
                throw new DatasetException("Can't read " + header + ": its samples are in '"
                        + Excerpt.of(entry.getKey()) + "', and there is no such file beside it. Put it there.");
            }
            Signal signal = signals.stream()
                    .filter(one -> one.file.equals(entry.getKey()))
                    .findFirst()
                    .orElseThrow();
            WfdbSamples opened = WfdbSamples.open(file, signal.format, signal.offset);
            files.add(opened);
            long there = opened.count() / entry.getValue();
            if (samples < 0) {
                samples = there;
            }
            if (there < samples) {
                throw new CorruptFileException(
                        file,
                        String.format(Locale.ROOT, "%,d samples of %,d signals", samples, entry.getValue()),
                        String.format(Locale.ROOT, "%,d of each", there),
                        "Get the file again.");
            }
        }
    }

    @Override
    public String format() {
        return String.format(Locale.ROOT, "WFDB, %s samples a second", plain(frequency));
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.format(Locale.ROOT, "%,.0f", number) : Double.toString(number);
    }

    @Override
    public List<String> columns() {
        List<String> columns = new ArrayList<>();
        if (begins != null) {
            columns.add(TIME);
        }
        signals.forEach(signal -> columns.add(signal.name));
        if (beats != null) {
            columns.add(BEAT);
        }
        return columns;
    }

    @Override
    public @Nullable String label() {
        return beats == null ? null : BEAT;
    }

    @Override
    public @Nullable String id() {
        return null;
    }

    @Override
    public @Nullable List<String> next() throws IOException {
        if (row == samples) {
            return null;
        }
        List<String> fields = new ArrayList<>();
        if (begins != null) {
            fields.add(begins.plusNanos(Math.round(row / frequency * SECOND))
                    .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME));
        }
        int file = -1;
        String last = "";
        for (Signal signal : signals) {
            file += signal.file.equals(last) ? 0 : 1;
            last = signal.file;
            int sample = files.get(file).next();
            fields.add(sample == WfdbSamples.NONE ? "" : Double.toString((sample - signal.baseline) / signal.gain));
        }
        if (beats != null) {
            fields.add(beats.nearest(row));
        }
        row++;
        return fields;
    }

    @Override
    public void close() throws IOException {
        lines.close();
        for (WfdbSamples file : files) {
            file.close();
        }
    }
}
