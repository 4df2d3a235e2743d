package dev.hourglass.report.tables;

import dev.hourglass.files.Printable;
import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleFunction;

/**
 * The models of several runs side by side, from their run folders.
 *
 * @param rows one per run and model
 */
public record RunsTable(List<Row> rows) {
    /**
     * @param run how the run is called
     * @param data what the model was judged on, such as {@code cifar10}
     * @param testSha256 of the test data; models with the same compare
     * @param metrics as of metrics.json, by name, in its order; absent where nothing was measured
     */
    public record Row(String run, String model, String data, String testSha256, Map<String, Number> metrics) {
        public double metric(String name) {
            Number value = metrics.get(name);
            return value == null ? Double.NaN : value.doubleValue();
        }
    }

    /** How people read a metric. */
    private record Column(String metric, String title, DoubleFunction<String> format) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("testMse", "Test MSE", Numbers::error),
            new Column("testMae", "Test MAE", Numbers::error),
            new Column("pcaMse", "PCA's MSE", Numbers::error),
            new Column("psnr", "PSNR", value -> String.format(Locale.ROOT, "%.2f dB", value)),
            new Column("ssim", "SSIM", value -> String.format(Locale.ROOT, "%.4f", value)),
            new Column("latentSize", "Latent", RunsTable::count),
            new Column("compressionRatio", "Compression", Numbers::ratio),
            new Column("parameters", "Parameters", RunsTable::count),
            new Column("secondsPerEpoch", "Epoch", Numbers::duration));

    public RunsTable {
        rows = List.copyOf(rows);
    }

    private static String count(double value) {
        return Numbers.count(Math.round(value));
    }

    /** Aligned columns for a terminal, of what any of the models was measured by; ends in a newline. */
    public String toText() {
        List<Column> columns = COLUMNS.stream()
                .filter(column -> rows.stream().anyMatch(row -> row.metrics().containsKey(column.metric())))
                .toList();
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("Run", "Model"));
        columns.forEach(column -> head.add(column.title()));
        lines.add(head);
        for (Row row : rows) {
            List<String> line = new ArrayList<>(List.of(row.run(), Names.model(row.model())));
            for (Column column : columns) {
                double value = row.metric(column.metric());
                line.add(Double.isFinite(value) ? column.format().apply(value) : Numbers.ABSENT);
            }
            lines.add(line);
        }
        return aligned(lines, 2);
    }

    /** For each model that is the best of something among those that compare, a line that says of what. */
    public List<String> leaders() {
        List<BestFor.Contender> contenders = rows.stream().map(this::contender).toList();
        List<String> leaders = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String bestFor = BestFor.of(i, contenders);
            if (!bestFor.isEmpty()) {
                Row row = rows.get(i);
                leaders.add(Names.model(row.model()) + " of " + row.run() + " is best for " + bestFor + ".");
            }
        }
        return leaders;
    }

    /** Without times: runs come from different hours and machines. */
    private BestFor.Contender contender(Row row) {
        long judgedAlike = rows.stream()
                .filter(other -> other.testSha256().equals(row.testSha256()))
                .count();
        return new BestFor.Contender(
                row.testSha256(),
                judgedAlike > 1 ? "error on " + row.data() : "",
                row.metric("testMse"),
                row.metric("pcaMse"),
                row.metric("compressionRatio"),
                row.metric("parameters"),
                Double.NaN,
                Double.NaN);
    }

    /**
     * Lines of equally many words in aligned columns, with a rule under the first. The words may come from anywhere.
     *
     * @param left how many columns stand to the left; numbers stand to the right
     */
    public static String aligned(List<List<String>> words, int left) {
        List<List<String>> lines = words.stream()
                .map(line -> line.stream().map(Printable::line).toList())
                .toList();
        int columns = lines.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            int start = text.length();
            for (int i = 0; i < columns; i++) {
                String word = line.get(i);
                int space = widths[i] - word.length();
                text.append(i == 0 ? "" : "   ");
                text.append(i < left ? word + " ".repeat(space) : " ".repeat(space) + word);
            }
            int width = text.length() - start;
            text.setLength(start + text.substring(start).stripTrailing().length());
            text.append('\n');
            if (start == 0) {
                text.repeat('─', width).append('\n');
            }
        }
        return text.toString();
    }

    /**
     * One line per model, every metric that any model has, in full precision; an empty field where it was not measured.
     */
    public String toCsv() {
        Set<String> metrics = new LinkedHashSet<>();
        rows.forEach(row -> metrics.addAll(row.metrics().keySet()));
        List<Object> head = new ArrayList<>(List.of("run", "model"));
        head.addAll(metrics);
        StringBuilder csv = new StringBuilder(Csv.line(head.toArray()));
        for (Row row : rows) {
            List<Object> line = new ArrayList<>(List.of(row.run(), row.model()));
            metrics.forEach(name -> line.add(row.metrics().getOrDefault(name, Double.NaN)));
            csv.append(Csv.line(line.toArray()));
        }
        return csv.toString();
    }
}
