package dev.hourglass.lab.board;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.board.files.PlainTable;
import dev.hourglass.lab.board.files.TextLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signal of SMAP's or MSL's telemetry.
 *
 * @param name such as {@code P-1}
 * @param spacecraft {@code SMAP} or {@code MSL}
 * @param training values without known anomalies
 * @param test values
 * @param anomalies in the test values, in order; ranges that overlap are one
 */
record SmapSignal(String name, String spacecraft, double[] training, double[] test, List<Segment> anomalies) {
    private static final String LABELS = "labeled_anomalies.csv";
    /** Channel, spacecraft and the ranges between quotes. */
    private static final Pattern LINE = Pattern.compile("([A-Z]-\\d+),([A-Z]+),\"(\\[.*?\\])\",.*");

    private static final Pattern RANGE = Pattern.compile("\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*\\]");

    /**
     * All signals that the labels name.
     *
     * @param folder with the labels and the folders {@code train} and {@code test}, of NPY files or of text
     */
    static List<SmapSignal> read(Path folder, int leastRows) {
        Path labels = folder.resolve(LABELS);
        if (!Files.isRegularFile(labels)
                || !Files.isDirectory(folder.resolve("train"))
                || !Files.isDirectory(folder.resolve("test"))) {
            throw new BoardException(folder + " is not SMAP and MSL: expected " + LABELS
                    + " and the folders train and test. Give telemanom's folder 'data' with its labels beside them.");
        }
        // P-2 is listed twice, with ranges that overlap.
        Map<String, List<Matcher>> lines = new LinkedHashMap<>();
        try (TextLines text = new TextLines(labels)) {
            text.next(); // the header
            for (String line = text.next(); line != null; line = text.next()) {
                Matcher matcher = LINE.matcher(line);
                if (!matcher.matches()) {
                    throw new BoardException(labels + ": expected a channel, a spacecraft and quoted ranges such as"
                            + " P-1,SMAP,\"[[2149, 2349]]\", found '" + TextLines.shown(line)
                            + "'. Take the benchmark's own file.");
                }
                lines.computeIfAbsent(matcher.group(1), name -> new ArrayList<>())
                        .add(matcher);
            }
        } catch (IOException e) {
            throw new BoardException("Can't read " + labels + ": " + Failures.reason(e), e);
        }
        if (lines.isEmpty()) {
            throw new BoardException(labels + " names no signal. Take the benchmark's own file.");
        }
        return lines.entrySet().stream()
                .map(entry -> signal(folder, entry.getKey(), entry.getValue(), leastRows))
                .toList();
    }

    private static SmapSignal signal(Path folder, String name, List<Matcher> lines, int leastRows) {
        double[] training = values(folder.resolve("train"), name, leastRows);
        double[] test = values(folder.resolve("test"), name, leastRows);
        boolean[] anomalous = new boolean[test.length];
        for (Matcher line : lines) {
            Matcher range = RANGE.matcher(line.group(3));
            while (range.find()) {
                mark(anomalous, name, range);
            }
        }
        List<Segment> anomalies = Segment.of(anomalous);
        if (anomalies.isEmpty()
                || (anomalies.size() == 1 && anomalies.getFirst().length() == test.length)) {
            throw new BoardException(
                    LABELS + ": expected anomalous and normal rows of " + name + ". Take the benchmark's own file.");
        }
        return new SmapSignal(name, lines.getFirst().group(2), training, test, anomalies);
    }

    private static void mark(boolean[] anomalous, String name, Matcher range) {
        try {
            int first = Integer.parseInt(range.group(1));
            int last = Integer.parseInt(range.group(2));
            if (first <= last && last < anomalous.length) {
                Arrays.fill(anomalous, first, last + 1, true);
                return;
            }
        } catch (NumberFormatException e) {
            // Longer than any file: the same mistake.
        }
        throw new BoardException(LABELS + ": the anomaly " + range.group() + " of " + name
                + " lies outside its test file of " + anomalous.length + " rows. Take labels and data of one copy.");
    }

    private static double[] values(Path folder, String name, int leastRows) {
        double[] values = values(folder, name);
        if (values.length < leastRows) {
            throw new BoardException(folder.resolve(name) + ": expected " + leastRows + " rows or more, found "
                    + values.length + ". Take the benchmark's own file.");
        }
        return values;
    }

    private static double[] values(Path folder, String name) {
        Path array = folder.resolve(name + ".npy");
        if (Files.isRegularFile(array)) {
            return firstColumn(array);
        }
        for (String ending : List.of(".txt", ".csv", ".txt.gz", ".csv.gz")) {
            Path file = folder.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                return PlainTable.read(file, "\\s*,\\s*|\\s+", false).numbers(0);
            }
        }
        throw new BoardException(LABELS + " names " + name + ", but there is no " + name + ".npy, .txt or .csv in "
                + folder + ". Give the whole benchmark.");
    }

    /** The value; the columns behind it are commands. */
    private static double[] firstColumn(Path array) {
        try {
            Dataset rows = DataSources.openFile(array, SourceOptions.defaults().withScale(1f));
            float[] row = new float[rows.sampleShape().size()];
            double[] values = new double[rows.size()];
            for (int i = 0; i < values.length; i++) {
                rows.copySample(i, row, 0);
                values[i] = row[0];
            }
            return values;
        } catch (DatasetException e) {
            throw new BoardException(Failures.reason(e), e);
        }
    }
}
