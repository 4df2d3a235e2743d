package dev.hourglass.report.tables;

import dev.hourglass.files.Printable;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.VectorCodes;
import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a model consists of, as {@code model.summary()} of Keras tells it: each layer with its output shape and
 * parameters, and the totals. The waist is marked.
 *
 * @param model the model's name
 * @param rows the inputs, then every layer in order
 * @param reads for each row the names of those that it reads; empty where each reads the one before it
 * @param trainable how many numbers training changes
 * @param nonTrainable how many numbers only the moving statistics change
 * @param waist how much the waist keeps, such as {@code 32 numbers, 24.50:1}, or {@code not known}
 */
public record ModelSummary(
        String model, List<Row> rows, List<String> reads, long trainable, long nonTrainable, String waist) {
    /** What a model is for whose decoder is told more of a sample than its code. */
    public static final String USE_OF_SKIPS = "this model denoises or predicts, it does not compress";

    /** For a model of which it is not known where its waist is. */
    public static final int NO_WAIST = -1;

    private static final int PARAMETERS = 2;
    private static final int BYTES_PER_PARAMETER = Float.BYTES;

    /**
     * @param layer the layer's name
     * @param type Keras's class, such as {@code Conv2D}
     * @param outputShape of one sample
     * @param parameters how many numbers the layer's variables hold
     * @param waist whether this layer's output is the code
     */
    public record Row(String layer, String type, Shape outputShape, long parameters, boolean waist) {}

    public ModelSummary {
        rows = List.copyOf(rows);
        reads = List.copyOf(reads);
    }

    public static ModelSummary of(AutoencoderSpec spec) {
        return of(spec.name(), spec.facts(), spec.encoderLayers());
    }

    /**
     * Of any chain of layers, such as an encoder by itself.
     *
     * @param waist how many layers come before the waist, 0 to all, or {@link #NO_WAIST}
     */
    public static ModelSummary of(String name, ModelFacts facts, int waist) {
        List<Row> rows = new ArrayList<>();
        List<String> reads = new ArrayList<>();
        int inputs = facts.graph().inputs().size();
        for (Graph.Input input : facts.graph().inputs()) {
            rows.add(new Row(input.name(), "InputLayer", input.shape(), 0, waist == 0 && inputs == 1));
            reads.add("-");
        }
        for (Graph.Node node : facts.graph().nodes()) {
            LayerFacts layer = facts.layers().get(rows.size() - inputs);
            reads.add(String.join(", ", node.inputs()));
            String again = node.isFurtherUse() ? ", " + layer.layer().name() + " again" : "";
            rows.add(new Row(
                    node.name(),
                    KerasClass.of(layer.layer()).kerasName() + again,
                    layer.output(),
                    node.isFurtherUse() ? 0 : layer.parameters(),
                    rows.size() - inputs + 1 == waist));
        }
        return new ModelSummary(
                name,
                rows,
                facts.graph().isChain() ? List.of() : reads,
                facts.trainableParameters(),
                facts.parameters() - facts.trainableParameters(),
                waist == NO_WAIST ? "not known" : kept(rows.get(waist + inputs - 1), waist, facts));
    }

    private static String kept(Row waist, int layers, ModelFacts facts) {
        int code = waist.outputShape().size();
        int widest = Math.max(
                facts.input().size(),
                facts.graph().outputs().stream()
                        .mapToInt(output -> facts.shapeOf(output).size())
                        .max()
                        .orElseThrow());
        long around = layers == 0 ? 0 : around(facts, waist.layer());
        Optional<VectorCodes.Extent> vectors = layers == 0
                ? Optional.empty()
                : VectorCodes.Extent.of(facts.layers().get(layers - 1).layer(), waist.outputShape());
        double kept = vectors.map(VectorCodes.Extent::numbers).orElse((double) code);
        return vectors.map(Names::vectors).orElse(Numbers.count(code) + " numbers") + ", "
                + (around == 0
                        ? Numbers.ratio(widest / kept)
                        : Numbers.count(around) + " go around it: " + USE_OF_SKIPS);
    }

    private static long around(ModelFacts facts, String waist) {
        return facts.graph().bypass(waist).stream()
                .mapToLong(value -> facts.shapeOf(value).size())
                .sum();
    }

    /** All parameters together, as Keras counts them. */
    public long total() {
        return trainable + nonTrainable;
    }

    /** The table in box-drawing characters, lines of at most 80 characters for ordinary names, ending in a newline. */
    public String toText() {
        List<List<String>> cells = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            cells.add(cells(i));
        }
        List<String> titles = new ArrayList<>(List.of("Layer (type)", "Output Shape", "Param #"));
        if (!reads.isEmpty()) {
            titles.add("Connected to");
        }
        int[] widths = new int[titles.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = titles.get(column).length();
            for (List<String> row : cells) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder("Model: \"" + Printable.line(model) + "\"\n");
        text.append(rule('┏', '━', '┳', '┓', widths));
        text.append(line('┃', titles, widths)).append('\n');
        text.append(rule('┡', '━', '╇', '┩', widths));
        for (int i = 0; i < cells.size(); i++) {
            boolean waistRow = rows.get(i).waist();
            if (waistRow) {
                text.append(rule('├', '─', '┼', '┤', widths));
            }
            text.append(line('│', cells.get(i), widths));
            text.append(waistRow ? " ◀ waist\n" : "\n");
            if (waistRow) {
                text.append(rule('├', '─', '┼', '┤', widths));
            }
        }
        text.append(rule('└', '─', '┴', '┘', widths));
        for (Map.Entry<String, Long> total : totals()) {
            text.append(' ').append(total.getKey()).append(": ").append(countAndBytes(total.getValue()));
            text.append('\n');
        }
        return text.append(" Waist: ").append(waist).append('\n').toString();
    }

    private List<String> cells(int row) {
        Row of = rows.get(row);
        List<String> cells = new ArrayList<>(List.of(
                Printable.line(of.layer() + " (" + of.type() + ")"),
                of.outputShape().withBatch(),
                Numbers.count(of.parameters())));
        if (!reads.isEmpty()) {
            cells.add(Printable.line(reads.get(row)));
        }
        return cells;
    }

    /** The three totals with Keras's words. */
    public List<Map.Entry<String, Long>> totals() {
        return List.of(
                Map.entry("Total params", total()),
                Map.entry("Trainable params", trainable),
                Map.entry("Non-trainable params", nonTrainable));
    }

    /** Keras's way: {@code 12,585 (49.16 KB)}. */
    public static String countAndBytes(long parameters) {
        double bytes = (double) parameters * BYTES_PER_PARAMETER;
        String[] units = {"B", "KB", "MB", "GB"};
        int unit = 0;
        while (bytes >= 1024 && unit < units.length - 1) {
            bytes /= 1024;
            unit++;
        }
        return Numbers.count(parameters) + String.format(Locale.ROOT, " (%.2f %s)", bytes, units[unit]);
    }

    private static String line(char border, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder().append(border);
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String space = " ".repeat(widths[column] - cell.length());
            boolean number = column == PARAMETERS;
            line.append(' ')
                    .append(number ? space + cell : cell + space)
                    .append(' ')
                    .append(border);
        }
        return line.toString();
    }

    private static String rule(char left, char dash, char cross, char right, int[] widths) {
        StringBuilder rule = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            rule.append(column == 0 ? left : cross);
            rule.repeat(dash, widths[column] + 2);
        }
        return rule.append(right).append('\n').toString();
    }
}
