package dev.hourglass.formats.keras;

import dev.hourglass.detect.Detection;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.SettingException;
import dev.hourglass.formats.GoldenBatch;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Graph;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Hourglass adds to a Keras file, in a place that Keras doesn't read: a member {@code hourglass} of
 * {@code metadata.json}, or a root attribute of that name in a {@code .h5} file.
 *
 * @param encoderLayers how many layers lie before the waist; null where that is not known
 * @param waist the layer that gives the code, where layers branch, so that their order says nothing; else null
 * @param loss what it was trained to make small, where Keras's own place can't say all of it; else null
 * @param detection what makes the model a detector; else null
 * @param golden what the model computes, or null where a sample is too large to be stored beside it
 */
public record HourglassNote(
        String name,
        Normalization normalization,
        @Nullable Integer encoderLayers,
        @Nullable String waist,
        Map<String, String> provenance,
        @Nullable Loss loss,
        @Nullable Detection detection,
        @Nullable GoldenBatch golden) {
    /** Of one sample, in or out. Two in and two out make 1.4 MB of text. */
    private static final int MOST_STORED_NUMBERS = 65_536;

    public static HourglassNote of(SavedModel model, GoldenBatch golden) {
        boolean small = Math.max(model.input().size(), GoldenBatch.numbers(model.graph())) <= MOST_STORED_NUMBERS;
        return new HourglassNote(
                model.name(),
                model.normalization(),
                model.waist().isKnown() ? model.waist().encoderLayers() : null,
                waist(model),
                model.provenance(),
                isWhole(model.trainedLoss()) ? null : model.trainedLoss(),
                model.detection(),
                small ? golden : null);
    }

    /** Whether Keras's own place for a loss says all of it. */
    private static boolean isWhole(Loss loss) {
        return loss.isOfKeras()
                && loss.penalties().isEmpty()
                && loss.outputTerms().isEmpty();
    }

    private static @Nullable String waist(SavedModel model) {
        int before = model.waist().encoderLayers();
        return model.graph().isChain() || before == 0
                ? null
                : model.graph().nodes().get(before - 1).name();
    }

    Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("version", 1);
        tree.put("name", name);
        Map<String, Object> scaling = new LinkedHashMap<>();
        scaling.put("scales", normalization.scales());
        scaling.put("offsets", normalization.offsets());
        if (normalization.curve() != Normalization.Curve.LINEAR) {
            scaling.put("curve", normalization.curve().word());
        }
        Normalization.Clip clip = normalization.clip();
        if (clip != null) {
            scaling.put("clip", List.of(clip.least(), clip.most()));
        }
        if (!normalization.columns().isEmpty()) {
            scaling.put("columns", normalization.columns());
        }
        tree.put("normalization", scaling);
        if (encoderLayers != null) {
            tree.put("encoder_layers", encoderLayers);
        }
        if (waist != null) {
            tree.put("waist", waist);
        }
        tree.put("provenance", provenance);
        if (loss != null) {
            tree.put("loss", loss.text());
        }
        if (detection != null) {
            tree.put(DetectionNote.NAME, DetectionNote.toTree(detection));
        }
        if (golden != null) {
            Map<String, Object> batch = new LinkedHashMap<>();
            batch.put("samples", golden.samples());
            batch.put("inputs", base64(golden.inputs()));
            batch.put("outputs", base64(golden.outputs()));
            tree.put("golden_batch", batch);
        }
        return tree;
    }

    /**
     * @param graph of the model that it was found with
     * @throws dev.hourglass.tensor.CorruptFileException if it does not belong to it
     */
    static HourglassNote read(Json json, Graph graph) {
        Json.Mapping note = json.asMapping();
        Shape input = graph.input();
        Json waist = note.find("encoder_layers");
        if (waist != null
                && (waist.asWhole() < 0 || waist.asWhole() > graph.nodes().size())) {
            throw waist.place().corrupt("0 to " + graph.nodes().size() + " layers", waist.excerpt());
        }
        @Nullable Integer encoderLayers = waist == null ? null : waist.asWhole();
        Json named = note.find("waist");
        if (named != null) {
            List<String> names = graph.nodes().stream().map(Graph.Node::name).toList();
            encoderLayers = 1 + names.indexOf(named.asText());
            if (encoderLayers == 0) {
                throw named.place().corrupt("the name of a layer", named.excerpt());
            }
        }
        Map<String, String> provenance = new LinkedHashMap<>();
        note.get("provenance").asMapping().members().forEach((name, value) -> provenance.put(name, value.asText()));
        Json golden = note.find("golden_batch");
        return new HourglassNote(
                LayerNames.plain(note.get("name").asText()),
                normalization(note.get("normalization").asMapping(), input),
                encoderLayers,
                named == null ? null : named.asText(),
                provenance,
                loss(note.find("loss"), graph),
                DetectionNote.read(note.find(DetectionNote.NAME), input),
                golden == null ? null : golden(golden.asMapping(), input.size(), GoldenBatch.numbers(graph)));
    }

    private static @Nullable Loss loss(@Nullable Json text, Graph graph) {
        if (text == null) {
            return null;
        }
        try {
            Loss loss = Loss.parse(text.asText());
            List<String> outputs =
                    loss.outputTerms().stream().map(OutputTerm::output).toList();
            if (!outputs.isEmpty() && !Set.copyOf(outputs).equals(Set.copyOf(graph.outputs()))) {
                throw text.place().corrupt("a loss of each of the outputs " + graph.outputs(), text.excerpt());
            }
            return loss;
        } catch (SettingException e) {
            throw text.place().corrupt("a loss of Hourglass", text.excerpt());
        }
    }

    /** One scale and offset, or one for each number of the input's last dimension. */
    private static Normalization normalization(Json.Mapping scaling, Shape input) {
        List<Double> scales = numbers(scaling.get("scales"));
        List<Double> offsets = numbers(scaling.get("offsets"));
        boolean finite = scales.stream().allMatch(scale -> Double.isFinite(scale) && scale != 0)
                && offsets.stream().allMatch(Double::isFinite);
        int channels = input.dimension(-1);
        if (!finite || scales.size() != offsets.size() || (scales.size() != 1 && scales.size() != channels)) {
            throw scaling.place()
                    .corrupt(
                            "1 or " + channels + " finite scales other than 0 and as many finite offsets",
                            scaling.excerpt());
        }
        return new Normalization(
                        scales,
                        offsets,
                        curve(scaling.find("curve")),
                        clip(scaling.find("clip")),
                        columns(scaling.find("columns"), input, scales.size()))
                .ofPixelsAsRead();
    }

    private static Normalization.Curve curve(@Nullable Json name) {
        if (name == null) {
            return Normalization.Curve.LINEAR;
        }
        return Normalization.Curve.find(name.asText())
                .orElseThrow(() -> name.place().corrupt("linear or log1p", name.excerpt()));
    }

    private static Normalization.@Nullable Clip clip(@Nullable Json bounds) {
        if (bounds == null) {
            return null;
        }
        List<Double> both = numbers(bounds);
        if (both.size() != 2
                || !(both.getFirst() < both.getLast())
                || !Double.isFinite(both.getLast() - both.getFirst())) {
            throw bounds.place().corrupt("the least and the most, two numbers", bounds.excerpt());
        }
        return new Normalization.Clip(both.getFirst(), both.getLast());
    }

    /**
     * The names of the columns that a model reads: of each number of the last dimension, or of a whole sample where rows are
     * samples and share one scale.
     *
     * @param names null where there are none
     * @param scales how many there are
     */
    public static List<String> columns(@Nullable Json names, Shape input, int scales) {
        if (names == null) {
            return List.of();
        }
        List<String> columns =
                names.asSequence().items().stream().map(Json::asText).toList();
        boolean ofChannels = columns.size() == input.dimension(-1);
        boolean ofSamples = columns.size() == input.size() && scales == 1;
        if (!ofChannels && !ofSamples) {
            throw names.place().corrupt("the names of " + input.dimension(-1) + " columns", names.excerpt());
        }
        return columns;
    }

    private static List<Double> numbers(Json list) {
        return list.asSequence().items().stream().map(Json::asNumber).toList();
    }

    private static GoldenBatch golden(Json.Mapping batch, int inputSize, int outputSize) {
        int samples = batch.get("samples").asWhole();
        if (samples < 1 || samples > 16) {
            throw batch.place().corrupt("1 to 16 samples", Integer.toString(samples));
        }
        return new GoldenBatch(
                samples,
                floats(batch.get("inputs"), (long) samples * inputSize),
                floats(batch.get("outputs"), (long) samples * outputSize));
    }

    /** Little-endian float32: the very bits, in less room than decimals. */
    private static String base64(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static float[] floats(Json text, long count) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.asText());
        } catch (IllegalArgumentException e) {
            throw text.place().corrupt("base64", String.valueOf(e.getMessage()));
        }
        if (bytes.length != count * Float.BYTES) {
            throw text.place().corrupt(count * Float.BYTES + " bytes in base64", Integer.toString(bytes.length));
        }
        float[] values = new float[(int) count];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
