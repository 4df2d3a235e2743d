package dev.hourglass.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes models as ONNX. Inputs and outputs lie as ours, channels last, behind a free dimension {@code batch}. The file
 * does not normalise: its metadata says how ({@code input = stored * normalization.scale + normalization.offset}).
 */
final class OnnxWriter {
    private OnnxWriter() {}

    /** @throws UnsupportedModelException if the weights are more than a file of this format holds */
    static void write(SavedModel model, OutputStream out) throws IOException {
        out.write(OnnxFile.write(
                OnnxTranslation.of(model.name(), model.input(), model.layers(), model.parameters(), metadata(model))));
    }

    private static Map<String, String> metadata(SavedModel model) {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("normalization.scale", Float.toString(model.normalization().scale()));
        metadata.put(
                "normalization.offset", Float.toString(model.normalization().offset()));
        int encoderLayers = model.waist().encoderLayers();
        if (encoderLayers > 0) {
            metadata.put("waist", model.layers().get(encoderLayers - 1).name());
        }
        model.provenance().forEach((key, value) -> metadata.put("provenance." + key, value));
        return metadata;
    }

    /**
     * How far what a written file computes is from what the model computes.
     *
     * @param file as {@link #write} gave it
     * @return the largest difference of two outputs, relative to the largest output where that is above 1, since the
     *     model computes in float32 and the check does not; infinite where one of the two is NaN
     */
    static double difference(byte[] file, GoldenBatch golden) {
        double[] found = OnnxInterpreter.run(OnnxFile.read(file), golden.inputs(), golden.samples());
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
