package dev.hourglass.cli;

import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.detect.Detection;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.files.Excerpt;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.report.tables.ModelSummary;
import dev.hourglass.tensor.Normalization;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hourglass inspect}: what a model file contains. */
@Command(
        name = "inspect",
        header = "Show what a model file contains.",
        description = {
            "",
            "The layers with the waist marked, how samples are normalized, whether training can continue,"
                    + " and how the model was made."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass inspect cnn.keras",
            "  hourglass inspect their_model.h5 --waist bottleneck",
            "  hourglass inspect architecture.json --weights weights.h5",
            "  hourglass inspect architecture.json --weights weights.h5",
            "  hourglass inspect cnn.keras --json"
        })
final class InspectCommand implements Runnable {
    private final Terminal terminal;

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        SavedModel saved = model.read();
        ModelSummary summary = ModelSummary.of(
                saved.name(),
                ModelFacts.of(saved.graph()),
                saved.waist().isKnown() ? saved.waist().encoderLayers() : ModelSummary.NO_WAIST);
        if (json) {
            terminal.print(toJson(saved, summary) + System.lineSeparator());
            return;
        }
        terminal.print(summary.toText());
        line("Found", foundBy(saved));
        line(
                saved.readsSeveral() ? "Inputs" : "Input",
                saved.describeInputs() + ", " + describe(saved.normalization()));
        if (saved.graph().outputs().size() > 1) {
            line("Outputs", saved.describeOutputs() + "; " + outputUse(saved));
        }
        line("Optimizer", describe(saved.optimizer()));
        Detection detection = saved.detection();
        if (detection != null) {
            line("Detector", Excerpt.of(detection.calibration(), 400));
            line("Scores", detection.scoring() + windows(detection.windows()));
        }
        saved.provenance().forEach((name, value) -> line(name, value));
        saved.warnings().forEach(warning -> line("Warning", warning));
    }

    private void line(String name, String value) {
        terminal.println(" " + name + ": " + value);
    }

    private static String windows(Detection.@Nullable Windows windows) {
        if (windows == null || windows.steps() == 1) {
            return "";
        }
        return String.format(Locale.ROOT, "; windows of %,d rows, one every %,d", windows.steps(), windows.stride());
    }

    private static String outputUse(SavedModel model) {
        if (model.rebuildsEach()) {
            return model.outputOfEach().entrySet().stream()
                            .map(each -> "'" + each.getValue() + "' rebuilds '" + each.getKey() + "'")
                            .collect(Collectors.joining(", "))
                    + ", as their shapes say";
        }
        return model.reconstruction()
                .map(output -> "'" + output + "' has the input's shape and is the reconstruction")
                .orElse("name the one that is meant with --output NAME");
    }

    private static String foundBy(SavedModel model) {
        return switch (model.waist().source()) {
            case STORED -> "the waist is the one stored in the file";
            case BY_RULE -> byRule(model);
            case NAMED -> "the waist is the one given by --waist";
            case UNKNOWN ->
                "nothing in the middle is narrower than what surrounds it; name the waist with --waist LAYER";
        };
    }

    private static String byRule(SavedModel model) {
        String taken = !model.isHalf()
                ? "the file names no waist; the narrowest value in the middle is taken"
                : model.waist().encoderLayers() == 0
                        ? "the model gives more than it reads; it is taken to be a decoder by itself"
                        : "the model gives less than it reads; it is taken to be an encoder by itself";
        return taken + " (to choose another, give --waist LAYER)";
    }

    private static String describe(Normalization normalization) {
        String columns = normalization.columns().isEmpty()
                ? ""
                : ", columns "
                        + normalization.columns().stream().map(Excerpt::of).collect(Collectors.joining(", "));
        return scaling(normalization) + columns;
    }

    private static String scaling(Normalization normalization) {
        if (normalization.isNone()) {
            return "used as it is";
        }
        if (normalization.isPixels()) {
            return "pixels divided by 255";
        }
        Normalization.Clip clip = normalization.clip();
        return (normalization.curve() == Normalization.Curve.LOG1P ? "sign(x) log(1 + |x|), " : "")
                + (normalization.channels() == 1
                        ? "times " + short32(normalization.scale()) + " plus " + short32(normalization.offset())
                        : "scaled by channel: times "
                                + normalization.scales().stream()
                                        .map(InspectCommand::short32)
                                        .toList()
                                + " plus "
                                + normalization.offsets().stream()
                                        .map(InspectCommand::short32)
                                        .toList())
                + (clip == null ? "" : ", kept between " + clip.least() + " and " + clip.most());
    }

    /** As many digits as 32 bits have, for people. */
    private static String short32(double number) {
        return Float.toString((float) number);
    }

    private static String describe(@Nullable OptimizerState optimizer) {
        return optimizer == null
                ? "none; training can't continue from where it stopped"
                : String.format(
                        Locale.ROOT,
                        "%s after %,d steps, learning rate %s; training can continue",
                        optimizer.optimizer().kerasClass(),
                        optimizer.steps(),
                        optimizer.optimizer().learningRate());
    }

    private static String toJson(SavedModel model, ModelSummary summary) {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        root.put("name", model.name());
        root.set("input", mapper.valueToTree(model.input().toArray()));
        ObjectNode inputs = root.putObject("inputs");
        model.graph()
                .inputs()
                .forEach(input -> inputs.set(
                        input.name(), mapper.valueToTree(input.shape().toArray())));
        ModelFacts facts = ModelFacts.of(model.graph());
        model.reconstruction()
                .ifPresentOrElse(
                        output -> root.set(
                                "output",
                                mapper.valueToTree(facts.shapeOf(output).toArray())),
                        () -> root.putNull("output"));
        ObjectNode outputs = root.putObject("outputs");
        model.graph()
                .outputs()
                .forEach(output -> outputs.set(
                        output, mapper.valueToTree(facts.shapeOf(output).toArray())));
        if (model.waist().isKnown()) {
            root.set("code", mapper.valueToTree(model.code().toArray()));
        } else {
            root.putNull("code");
        }
        root.put("autoencoder", model.isAutoencoder());
        ObjectNode waist = root.putObject("waist");
        waist.put("encoderLayers", model.waist().isKnown() ? model.waist().encoderLayers() : null);
        waist.put("source", model.waist().source().name().toLowerCase(Locale.ROOT));
        putNormalization(root.putObject("normalization"), model.normalization());
        root.put("parameters", summary.total());
        root.put("trainable", summary.trainable());
        ArrayNode layers = root.putArray("layers");
        for (ModelSummary.Row row : summary.rows()
                .subList(model.graph().inputs().size(), summary.rows().size())) {
            ObjectNode layer = layers.addObject();
            layer.put("name", row.layer());
            layer.put("class", row.type());
            layer.set("output", mapper.valueToTree(row.outputShape().toArray()));
            layer.put("parameters", row.parameters());
            layer.put("waist", row.waist());
        }
        OptimizerState optimizer = model.optimizer();
        if (optimizer == null) {
            root.putNull("optimizer");
        } else {
            ObjectNode state = root.putObject("optimizer");
            state.put("name", optimizer.optimizer().kerasName());
            state.set("settings", mapper.valueToTree(optimizer.optimizer().settings()));
            state.put("steps", optimizer.steps());
            state.put("learningRate", optimizer.optimizer().learningRate());
        }
        if (model.detection() == null) {
            root.putNull("detection");
        } else {
            putDetection(root.putObject("detection"), model.detection());
        }
        root.set("provenance", mapper.valueToTree(model.provenance()));
        root.set("warnings", mapper.valueToTree(model.warnings()));
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static void putDetection(ObjectNode into, Detection detection) {
        into.put("scores", detection.scoring());
        into.put("calibration", detection.calibration());
        into.put("threshold", detection.threshold().threshold());
        into.put("normal", detection.normal());
        Detection.Windows windows = detection.windows();
        if (windows != null) {
            into.put("steps", windows.steps());
            into.put("stride", windows.stride());
            if (windows.every() != null) {
                into.put("every", windows.every().toString());
            }
        }
    }

    /** With the fields of the note in a model's file; see {@code HourglassNote}. */
    private static void putNormalization(ObjectNode into, Normalization normalization) {
        JsonMapper mapper = JsonMapper.shared();
        into.set("scales", mapper.valueToTree(normalization.scales()));
        into.set("offsets", mapper.valueToTree(normalization.offsets()));
        if (normalization.curve() != Normalization.Curve.LINEAR) {
            into.put("curve", normalization.curve().name().toLowerCase(Locale.ROOT));
        }
        Normalization.Clip clip = normalization.clip();
        if (clip != null) {
            into.putArray("clip").add(clip.least()).add(clip.most());
        }
        if (!normalization.columns().isEmpty()) {
            into.set("columns", mapper.valueToTree(normalization.columns()));
        }
    }
}
