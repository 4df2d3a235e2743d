package dev.hourglass.formats.onnx;

import dev.hourglass.formats.GoldenBatch;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.keras.DetectionNote;
import dev.hourglass.model.Graph;
import dev.hourglass.tensor.Normalization;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes models as ONNX. Inputs and outputs lie as ours, channels last, behind a free dimension {@code batch}. The file
 * does not normalise: its metadata says how ({@code input = stored * normalization.scale + normalization.offset}),
 * with one number for all channels or, between commas, one for each. Where there are any, {@code normalization.curve} is what
 * stored numbers go through before, {@code normalization.clip} the least and the most that an input is, between commas, and
 * {@code normalization.columns} the names of the columns as a JSON list. {@code detection} is what makes the model a detector,
 * as JSON ({@link DetectionNote}).
 */
public final class ModelWriter {
    private ModelWriter() {}

    /** @throws UnsupportedModelException if the weights are more than a file of this format holds */
    public static void write(SavedModel model, OutputStream out) throws IOException {
        out.write(OnnxFile.write(translate(model)));
    }

    /** The model as a file holds it. */
    public static OnnxModel translate(SavedModel model) {
        return Translation.of(model.name(), model.graph().inUse(), model.parameters(), metadata(model));
    }

    private static Map<String, String> metadata(SavedModel model) {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("normalization.scale", numbers(model.normalization().scales()));
        metadata.put("normalization.offset", numbers(model.normalization().offsets()));
        Normalization normalization = model.normalization();
        if (normalization.curve() != Normalization.Curve.LINEAR) {
            metadata.put("normalization.curve", normalization.curve().word());
        }
        Normalization.Clip clip = normalization.clip();
        if (clip != null) {
            metadata.put("normalization.clip", numbers(List.of(clip.least(), clip.most())));
        }
        if (!normalization.columns().isEmpty()) {
            metadata.put("normalization.columns", JsonText.write(normalization.columns()));
        }
        if (model.detection() != null) {
            metadata.put(DetectionNote.NAME, JsonText.write(DetectionNote.toTree(model.detection())));
        }
        int encoderLayers = model.waist().encoderLayers();
        if (encoderLayers > 0) {
            metadata.put(
                    "waist",
                    inUse(
                            model.graph(),
                            model.graph().nodes().get(encoderLayers - 1).name()));
        }
        model.provenance().forEach((key, value) -> metadata.put("provenance." + key, value));
        return metadata;
    }

    /** The value that is the code, where sampled ones are their means. */
    private static String inUse(Graph graph, String waist) {
        return graph.upTo(List.of(waist)).inUse().onlyOutput();
    }

    private static String numbers(List<Double> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /**
     * How far what a written file computes is from what the model computes.
     *
     * @param read from a file that {@link #write} wrote
     * @return the largest difference of two outputs, relative to the largest output where that is above 1, since the
     *     model computes in float32 and the check does not; infinite where one of the two is NaN
     */
    public static double difference(OnnxModel read, GoldenBatch golden) {
        double[] found = Interpreter.run(read, golden.inputs(), golden.samples());
        double largest = 1;
        double difference = 0;
        for (int i = 0; i < found.length; i++) {
            float expected = golden.outputs()[i];
            if (Float.compare(expected, (float) found[i]) != 0) {
                largest = Math.max(largest, Math.abs(expected));
                double apart = Math.abs(expected - found[i]);
                difference = Double.isNaN(apart) ? Double.POSITIVE_INFINITY : Math.max(difference, apart);
            }
        }
        return difference / largest;
    }
}
