package dev.hourglass.lab.board;

import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.board.files.PlainTable;
import dev.hourglass.lab.board.files.TextLines;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Numenta Anomaly Benchmark's files, as its repository has them: {@code data/GROUP/FILE.csv} and the windows of them all. */
record NabCorpus(List<File> files) {
    private static final String WINDOWS = "combined_windows.json";

    private static final long MOST_BYTES = 1 << 20;

    /**
     * One series.
     *
     * @param name such as {@code realKnownCause/nyc_taxi.csv}
     * @param times as they are written
     * @param windows of rows, in order
     */
    record File(String name, String[] times, double[] values, List<Segment> windows) {}

    /** @param folder with {@code data} and the windows, which may be in {@code labels} */
    static NabCorpus read(Path folder) {
        Path windows = Files.exists(folder.resolve(WINDOWS))
                ? folder.resolve(WINDOWS)
                : folder.resolve("labels").resolve(WINDOWS);
        Path data = folder.resolve("data");
        if (!Files.isRegularFile(windows) || !Files.isDirectory(data)) {
            throw new BoardException(folder + " is not NAB: expected the folder 'data' and " + WINDOWS
                    + ", beside it or in 'labels'. Give a copy of the repository numenta/NAB.");
        }
        Map<String, JsonNode> byFile = new TreeMap<>();
        try {
            if (Files.size(windows) > MOST_BYTES) {
                throw new BoardException(
                        windows + " is too long: expected at most a megabyte. Take the benchmark's own.");
            }
            JsonMapper.shared()
                    .readTree(Files.readString(windows))
                    .properties()
                    .forEach(e -> byFile.put(e.getKey(), e.getValue()));
        } catch (CharacterCodingException | JacksonException e) {
            throw new BoardException("Can't read " + windows + ": expected JSON. Take the benchmark's own.", e);
        } catch (IOException e) {
            throw new BoardException("Can't read " + windows + ": " + Failures.reason(e), e);
        }
        List<File> files = new ArrayList<>();
        byFile.forEach((name, list) -> files.add(file(data, name, list, windows)));
        if (files.isEmpty()) {
            throw new BoardException(windows + " names no file. Take the benchmark's own.");
        }
        return new NabCorpus(files);
    }

    private static File file(Path data, String name, JsonNode list, Path windows) {
        Path plain = data.resolve(name).normalize();
        Path packed = plain.resolveSibling(plain.getFileName() + ".gz");
        if (!plain.startsWith(data.normalize()) || !(Files.exists(plain) || Files.exists(packed))) {
            throw new BoardException(windows + " has windows of '" + name + "', but there is no such file in " + data
                    + ". Give the whole benchmark.");
        }
        PlainTable table = PlainTable.read(Files.exists(plain) ? plain : packed, ",", true);
        String[] times = table.texts(table.column("timestamp"));
        List<Segment> segments = new ArrayList<>();
        for (JsonNode window : list) {
            if (window.size() != 2) {
                throw new BoardException(windows + ": expected windows of a start and an end in '" + name + "', found "
                        + TextLines.shown(window.toString()));
            }
            segments.add(new Segment(
                    row(times, window.get(0).asString(""), name),
                    row(times, window.get(1).asString(""), name)));
        }
        return new File(name, times, table.numbers(table.column("value")), segments);
    }

    /** Windows begin and end at times of rows; of several with the same time, at the first. */
    private static int row(String[] times, String time, String name) {
        String seconds = time.replaceFirst("\\.0+$", "");
        for (int row = 0; row < times.length; row++) {
            if (times[row].strip().equals(seconds)) {
                return row;
            }
        }
        throw new BoardException("NAB's windows of '" + name + "' have a limit at " + time
                + ", but no row has that time. Take the windows of these data.");
    }
}
