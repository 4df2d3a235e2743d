package dev.hourglass.formats.onnx.read;

import dev.hourglass.detect.Detection;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.keras.DetectionNote;
import dev.hourglass.formats.keras.HourglassNote;
import dev.hourglass.formats.keras.LayerNames;
import dev.hourglass.formats.keras.LoadedModel;
import dev.hourglass.formats.onnx.read.graph.OnnxGraph;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts what was read into a model, with what Hourglass wrote beside it if it wrote the file. */
record Assembly(Path file, OnnxGraph onnx, Reading reading) {
    private static final String SCALE = "normalization.scale";
    private static final String OFFSET = "normalization.offset";
    private static final String CURVE = "normalization.curve";
    private static final String CLIP = "normalization.clip";
    private static final String COLUMNS = "normalization.columns";
    private static final String PROVENANCE = "provenance.";

    /** @param outputs the layers whose values the model gives */
    LoadedModel of(List<String> outputs) {
        Graph graph = reading.layers().graph(outputs);
        Map<String, String> foreign = new HashMap<>();
        reading.layerNames().forEach((name, layer) -> foreign.put(layer, name));
        return LoadedModel.of(
                file,
                LayerNames.plain(onnx.name()),
                graph,
                foreign,
                reading.layers().parameters(graph),
                note(graph));
    }

    private @Nullable HourglassNote note(Graph graph) {
        Map<String, String> metadata = onnx.metadata();
        if (!metadata.containsKey(SCALE)) {
            return null;
        }
        Map<String, String> provenance = new LinkedHashMap<>();
        metadata.forEach((key, value) -> {
            if (key.startsWith(PROVENANCE)) {
                provenance.put(key.substring(PROVENANCE.length()), value);
            }
        });
        return new HourglassNote(
                LayerNames.plain(onnx.name()),
                normalization(graph),
                waist(graph),
                null,
                provenance,
                null,
                detection(graph),
                null);
    }

    private @Nullable Detection detection(Graph graph) {
        String text = onnx.metadata().get(DetectionNote.NAME);
        return text == null
                ? null
                : DetectionNote.read(
                        JsonText.parse(text, new Json.Document(file, "the metadata's " + DetectionNote.NAME)),
                        graph.input());
    }

    private @Nullable Integer waist(Graph graph) {
        String name = onnx.metadata().get("waist");
        if (name == null) {
            return null;
        }
        String layer = reading.layerNames().getOrDefault(name, name);
        int place = graph.layers().stream().map(LayerSpec::name).toList().indexOf(layer);
        return place < 0 ? null : place + 1;
    }

    private Normalization normalization(Graph graph) {
        List<Double> scales = numbers(SCALE);
        List<Double> offsets = numbers(OFFSET);
        int channels = graph.input().dimension(-1);
        boolean finite = scales.stream().allMatch(scale -> Double.isFinite(scale) && scale != 0)
                && offsets.stream().allMatch(Double::isFinite);
        if (!finite || scales.size() != offsets.size() || (scales.size() != 1 && scales.size() != channels)) {
            throw reading.bounds()
                    .refuse(
                            "1 or " + channels
                                    + " finite scales other than 0 and as many finite offsets in the metadata",
                            scales.size() + " and " + offsets.size());
        }
        return new Normalization(scales, offsets, curve(), clip(), columns(graph, scales.size())).ofPixelsAsRead();
    }

    private Normalization.Curve curve() {
        String word = onnx.metadata().getOrDefault(CURVE, Normalization.Curve.LINEAR.word());
        return Normalization.Curve.find(word)
                .orElseThrow(() -> reading.bounds()
                        .refuse("linear or log1p as " + CURVE + " in the metadata", OnnxReader.shown(word)));
    }

    private Normalization.@Nullable Clip clip() {
        if (!onnx.metadata().containsKey(CLIP)) {
            return null;
        }
        List<Double> both = numbers(CLIP);
        if (both.size() != 2
                || !(both.getFirst() < both.getLast())
                || !Double.isFinite(both.getLast() - both.getFirst())) {
            throw reading.bounds()
                    .refuse(
                            "the least and the most, two numbers, as " + CLIP + " in the metadata",
                            OnnxReader.shown(onnx.metadata().getOrDefault(CLIP, "")));
        }
        return new Normalization.Clip(both.getFirst(), both.getLast());
    }

    private List<String> columns(Graph graph, int scales) {
        String names = onnx.metadata().get(COLUMNS);
        Json json = names == null ? null : JsonText.parse(names, new Json.Document(file, "the metadata's " + COLUMNS));
        return HourglassNote.columns(json, graph.input(), scales);
    }

    private List<Double> numbers(String key) {
        String text = onnx.metadata().getOrDefault(key, "");
        try {
            return Arrays.stream(text.split(",")).map(Double::valueOf).toList();
        } catch (NumberFormatException e) {
            throw reading.bounds().refuse("numbers as " + key + " in the metadata", OnnxReader.shown(text));
        }
    }
}
