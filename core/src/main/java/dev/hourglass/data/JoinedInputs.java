package dev.hourglass.data;

import dev.hourglass.files.Sha256;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a model that reads several inputs: those of the same index belong together, and a sample is the numbers of
 * all its inputs in a row. Labels and names are those of the first input.
 */
public final class JoinedInputs implements Dataset {
    private final Map<String, Dataset> inputs;
    private final List<Dataset> parts;
    private final Dataset first;
    private final Shape shape;
    /** What a row goes through after its parts have been; null for nothing. */
    private final @Nullable Normalization ofRows;

    private JoinedInputs(Map<String, Dataset> inputs, Shape shape, @Nullable Normalization ofRows) {
        this.inputs = inputs;
        this.ofRows = ofRows;
        parts = List.copyOf(inputs.values());
        first = parts.getFirst();
        this.shape = shape;
    }

    /**
     * @param inputs at least one, in the order in which the model takes them, by their names
     * @throws DatasetException if they have different numbers of samples
     */
    public static JoinedInputs of(Map<String, Dataset> inputs) {
        Map<String, Dataset> ordered = new LinkedHashMap<>(inputs);
        long sizes =
                ordered.values().stream().mapToInt(Dataset::size).distinct().count();
        if (sizes > 1) {
            throw new DatasetException("The inputs have different numbers of samples: "
                    + ordered.entrySet().stream()
                            .map(input -> "'" + input.getKey() + "' "
                                    + input.getValue().size())
                            .collect(Collectors.joining(", "))
                    + ". Those of the same place belong together; give as many of each.");
        }
        int numbers = ordered.values().stream()
                .mapToInt(input -> input.sampleShape().size())
                .reduce(0, Math::addExact);
        return new JoinedInputs(ordered, Shape.of(numbers), null);
    }

    /**
     * The same samples of parts that are as they are stored, normalized as rows.
     *
     * @param rows with a scale for all numbers or one for each of a row
     * @throws DatasetException if it has scales for another number
     */
    public JoinedInputs withNormalization(Normalization rows) {
        if (rows.channels() > 1 && rows.channels() != shape.size()) {
            throw new DatasetException(
                    "Samples of " + shape.size() + " numbers in all inputs can't be normalized with scales for "
                            + rows.channels() + ". Take the data that the scales were fitted to.");
        }
        return new JoinedInputs(inputs, shape, rows);
    }

    @Override
    public String name() {
        return parts.stream().map(Dataset::name).distinct().collect(Collectors.joining("+"));
    }

    @Override
    public int size() {
        return first.size();
    }

    @Override
    public Shape sampleShape() {
        return shape;
    }

    @Override
    public Normalization normalization() {
        return ofRows == null ? first.normalization() : ofRows;
    }

    @Override
    public void copySample(int index, float[] into, int offset) {
        int at = offset;
        for (Dataset part : parts) {
            part.copySample(index, into, at);
            at += part.sampleShape().size();
        }
        if (ofRows != null) {
            ofRows.apply(into, offset, shape.size());
        }
    }

    @Override
    public void requireUnchanged() {
        parts.forEach(Dataset::requireUnchanged);
    }

    @Override
    public boolean hasLabels() {
        return first.hasLabels();
    }

    @Override
    public int label(int index) {
        return first.label(index);
    }

    @Override
    public List<String> classNames() {
        return first.classNames();
    }

    @Override
    public String sampleName(int index) {
        return first.sampleName(index);
    }

    @Override
    public String sha256() {
        Sha256 all = new Sha256();
        for (Dataset part : parts) {
            byte[] digest = part.sha256().getBytes(StandardCharsets.US_ASCII);
            all.update(digest, 0, digest.length);
        }
        return all.toHex();
    }

    @Override
    public Dataset limit(int count) {
        Map<String, Dataset> fewer = new LinkedHashMap<>();
        inputs.forEach((name, input) -> fewer.put(name, input.limit(count)));
        return new JoinedInputs(fewer, shape, ofRows);
    }

    @Override
    public Dataset reshaped(Shape other) {
        if (other.size() != shape.size()) {
            throw new DatasetException("Samples of " + shape + " can't be seen as " + other);
        }
        return new JoinedInputs(inputs, other, ofRows);
    }
}
