package dev.hourglass.lab.board.files;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.lab.board.Benchmark;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Scores as files, one an item, so that a run that was stopped goes on where it was. A file begins with the fingerprint of what was
 * scored; then each line is a name and its numbers, with all their digits; the last line says that it is whole.
 */
public record ScoreStore(Path folder) {
    private static final String FINGERPRINT = "fingerprint ";
    private static final String END = "end";

    /** Empty where there is no file, or one of other data or settings, or one that can't be understood: it is then made anew. */
    public Optional<ScoreSet> read(Benchmark.Item item) throws IOException {
        Path file = file(item);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        Map<String, double[]> numbers = new LinkedHashMap<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            if (!(FINGERPRINT + item.fingerprint()).equals(reader.readLine())) {
                return Optional.empty();
            }
            for (String line = reader.readLine(); !END.equals(line); line = reader.readLine()) {
                if (line == null) {
                    return Optional.empty();
                }
                String[] fields = line.split(",", -1);
                double[] values = new double[fields.length - 1];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Double.parseDouble(fields[i + 1]);
                }
                numbers.put(fields[0], values);
            }
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        return Optional.of(new ScoreSet(numbers));
    }

    public void write(Benchmark.Item item, ScoreSet scores) throws IOException {
        StringBuilder text = new StringBuilder(FINGERPRINT + item.fingerprint() + "\n");
        scores.numbers().forEach((name, values) -> {
            text.append(name);
            for (double value : values) {
                text.append(',').append(value);
            }
            text.append('\n');
        });
        AtomicFile.write(file(item), text.append(END).append('\n').toString());
    }

    private Path file(Benchmark.Item item) {
        return folder.resolve(item.name().replaceAll("[^A-Za-z0-9._-]", "_") + ".scores");
    }
}
