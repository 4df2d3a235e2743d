package dev.hourglass.lab.recipe.draft;

import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The lines of a recipe that is written for somebody's data, and models for what data there are. */
public final class DraftText {
    /** Below this the numbers of a feature map are few enough for dense layers. */
    private static final int LEAST_SIDE = 7;

    private static final int MOST_HALVINGS = 6;
    private static final int FEWEST_FILTERS = 16;
    private static final int MOST_FILTERS = 64;

    private final List<String> lines = new ArrayList<>();

    void training(int batch) {
        add("");
        add("training:");
        add("  epochs: 30               # passes over the training data; --epochs 1 for a first look");
        add("  batch_size: %d", batch);
        add("  learning_rate: 0.001");
    }

    void convolutions(int length, int width) {
        int latent = latent(length * width);
        int quarter = length / 4;
        add("  - name: conv1d");
        add("    input: [%d, %d]          # [steps, channels]", length, width);
        add("    encoder:");
        add("      - Conv1D: {filters: 32, kernel_size: 5, strides: 2, activation: relu, padding: same}");
        add("      - Conv1D: {filters: 16, kernel_size: 5, strides: 2, activation: relu, padding: same}");
        add("      - Flatten");
        add(
                "      - Dense: {name: latent, units: %d}   # the code: a %dth of the numbers",
                latent, Math.max(1, length * width / latent));
        add("    decoder:");
        add("      - Dense: {units: %d, activation: relu}", quarter * 16);
        add("      - Reshape: {target_shape: [%d, 16]}", quarter);
        add("      - Conv1DTranspose: {filters: 16, kernel_size: 5, strides: 2, activation: relu, padding: same}");
        add("      - Conv1DTranspose: {filters: 32, kernel_size: 5, strides: 2, activation: relu, padding: same}");
        add("      - Conv1DTranspose: {filters: %d, kernel_size: 5, padding: same}", width);
    }

    /** A model of a kind that somebody chose. */
    void series(DraftChoices.Model model, int length, int width) {
        switch (model) {
            case CONV1D -> {
                if (length % 4 != 0) {
                    throw new DatasetException(
                            "A conv1d halves its steps twice: expected a multiple of 4, got " + length
                                    + ". Use " + Math.max(4, length / 4 * 4) + " or " + (length / 4 + 1) * 4
                                    + ", or another model.");
                }
                convolutions(length, width);
            }
            case LSTM -> recurrent(length, width);
            case DENSE, CNN -> flat(Shape.of(length, width));
        }
    }

    void recurrent(int length, int width) {
        add("  - name: lstm");
        add("    input: [%d, %d]          # [steps, channels]", length, width);
        add("    encoder:");
        add("      - LSTM: {units: 32}");
        add("      - Dense: {name: latent, units: %d}", latent(length * width));
        add("    decoder:");
        add("      - RepeatVector: {n: %d}", length);
        add("      - LSTM: {units: 32, return_sequences: true}");
        add("      - TimeDistributed: {layer: {Dense: {units: %d}}}", width);
    }

    void dense(int numbers) {
        int hidden = Math.clamp(numbers, 8, 256);
        add("  - name: dense");
        add("    input: [%d]", numbers);
        add("    encoder:");
        add("      - Dense: {units: %d, activation: relu}", hidden);
        add("      - Dense: {name: latent, units: %d}", latent(numbers));
        add("    decoder:");
        add("      - Dense: {units: %d, activation: relu}", hidden);
        add("      - Dense: {units: %d}", numbers);
    }

    /** Dense layers over samples of any shape. */
    void flat(Shape shape) {
        String dimensions =
                Arrays.stream(shape.toArray()).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        int hidden = Math.clamp(shape.size(), 8, 256);
        add("  - name: dense");
        add("    input: [%s]", dimensions);
        add("    encoder:");
        add("      - Flatten");
        add("      - Dense: {units: %d, activation: relu}", hidden);
        add("      - Dense: {name: latent, units: %d}", latent(shape.size()));
        add("    decoder:");
        add("      - Dense: {units: %d, activation: relu}", hidden);
        add("      - Dense: {units: %d}", shape.size());
        add("      - Reshape: {target_shape: [%s]}", dimensions);
    }

    /** How often both sides are halved before dense layers. */
    static int halvings(int height, int width) {
        int halvings = 0;
        int shorter = Math.min(height, width);
        while (halvings < MOST_HALVINGS && shorter >> (halvings + 1) >= LEAST_SIDE) {
            halvings++;
        }
        return halvings;
    }

    /** @param activation of the output: sigmoid for numbers from 0 to 1 */
    void pictures(int height, int width, int channels, String activation) {
        int halvings = halvings(height, width);
        int unit = 1 << halvings;
        int down = -height & (unit - 1);
        int right = -width & (unit - 1);
        int rows = (height + down) / unit;
        int columns = (width + right) / unit;
        int filters = filters(Math.max(0, halvings - 1));
        add(
                "  # Convolutions that halve height and width %d times, to %d x %d, and dense layers from there.",
                halvings, rows, columns);
        add("  - name: cnn");
        add("    input: [%d, %d, %d]    # [height, width, channels]", height, width, channels);
        add("    encoder:");
        if (down + right > 0) {
            add("      - ZeroPadding2D: {padding: [[0, %d], [0, %d]]}   # until they can be halved", down, right);
        }
        for (int i = 0; i < Math.max(1, halvings); i++) {
            add(
                    "      - Conv2D: {filters: %d, kernel_size: 3, strides: %d, padding: same, activation: relu}",
                    filters(i), halvings == 0 ? 1 : 2);
        }
        add("      - Flatten");
        int latent = Math.clamp((long) height * width * channels / 12, 2, 64);
        add("      - Dense: {name: latent, units: %d}   # the code of a picture", latent);
        add("    decoder:");
        add("      - Dense: {units: %d, activation: relu}", rows * columns * filters);
        add("      - Reshape: {target_shape: [%d, %d, %d]}", rows, columns, filters);
        for (int i = halvings - 1; i >= 0; i--) {
            add(
                    "      - Conv2DTranspose: {filters: %d, kernel_size: 3, strides: 2, padding: same, activation: relu}",
                    filters(Math.max(0, i - 1)));
        }
        add(
                "      - Conv2D: {name: output, filters: %d, kernel_size: 3, padding: same, activation: %s}",
                channels, activation);
        if (down + right > 0) {
            add("      - Cropping2D: {cropping: [[0, %d], [0, %d]]}", down, right);
        }
    }

    private static int filters(int level) {
        return Math.min(FEWEST_FILTERS << level, MOST_FILTERS);
    }

    private static int latent(int numbers) {
        return Math.clamp(numbers / 6, 1, 32);
    }

    @SuppressWarnings("AnnotateFormatMethod") // Error Prone's annotations are no dependency.
    void add(String format, Object... values) {
        lines.add(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    }

    /** Without what would end a comment. */
    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ").strip();
    }

    /** As YAML has text in double quotes. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < ' ' || (c >= 0x7F && c < 0xA0)) {
                quoted.append(String.format(Locale.ROOT, "\\x%02X", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    /** YAML. */
    @Override
    public String toString() {
        return String.join("\n", lines) + "\n";
    }
}
