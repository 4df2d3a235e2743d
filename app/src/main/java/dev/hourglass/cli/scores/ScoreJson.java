package dev.hourglass.cli.scores;

import dev.hourglass.detect.Detection;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.detection.ScoredSamples;
import dev.hourglass.lab.detection.ScoredSeries;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code score --json} prints; docs/anomalies.md is the contract. */
public final class ScoreJson {
    private ScoreJson() {}

    /** The events of a series, in order of time. */
    public static String of(Path model, SavedModel detector, ScoredSeries scored) {
        ObjectNode root = root(model, detector, scored.samples().name());
        root.put("rows", scored.scored());
        root.put("flagged", scored.flagged());
        ArrayNode events = root.putArray("events");
        for (AnomalyEvent event : scored.events()) {
            ObjectNode node = events.addObject();
            node.put("start", scored.time(event.first()));
            node.put("end", scored.time(event.last()));
            node.put("first", event.first());
            node.put("last", event.last());
            node.put("peak", event.peak());
            node.put("score", event.score());
            ObjectNode channels = node.putObject("channels");
            event.blame().forEach(blame -> channels.put(scored.channels().get(blame.channel()), blame.share()));
        }
        return text(root);
    }

    /** The samples above the threshold, the oddest first. */
    public static String of(Path model, SavedModel detector, ScoredSamples scored) {
        ObjectNode root = root(model, detector, scored.samples().name());
        root.put("samples", scored.scores().length);
        root.put("flagged", scored.flagged());
        ArrayNode anomalies = root.putArray("anomalies");
        for (int sample : scored.oddest(scored.flagged())) {
            ObjectNode node = anomalies.addObject();
            node.put("sample", sample);
            node.put("name", scored.name(sample));
            node.put("score", scored.scores()[sample]);
        }
        return text(root);
    }

    private static ObjectNode root(Path model, SavedModel detector, String data) {
        Detection detection = Objects.requireNonNull(detector.detection());
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("model", model.toString());
        root.put("data", data);
        root.put("threshold", detection.threshold().threshold());
        root.put("calibration", detection.calibration());
        root.put("scoring", detection.scoring());
        return root;
    }

    private static String text(ObjectNode root) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}
