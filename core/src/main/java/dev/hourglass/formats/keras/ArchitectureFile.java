package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.json.YamlText;
import dev.hourglass.formats.keras.weights.EarlyWeightPaths;
import dev.hourglass.formats.keras.weights.LegacyWeights;
import dev.hourglass.formats.keras.weights.StoredArrays;
import dev.hourglass.formats.keras.weights.StoredTraining;
import dev.hourglass.formats.keras.weights.WeightsFile;
import dev.hourglass.hdf5.Group;
import dev.hourglass.hdf5.Hdf5File;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An architecture by itself, the JSON of {@code model.to_json()} or the YAML of {@code model.to_yaml()}, which there was up
 * to Keras 2.5, with the weights in a file of their own:
 * {@code model.save_weights("w.h5")} of Keras 1 and 2, {@code "w.weights.h5"} of Keras 3, or a whole model's {@code .h5}.
 */
public final class ArchitectureFile {
    private static final int MOST_BYTES = 4 * JsonText.MOST_CHARACTERS;
    /** How the YAML begins, whose members are sorted. */
    private static final List<String> YAML = List.of("backend:", "class_name:", "config:", "---");

    private ArchitectureFile() {}

    /** Whether a file that begins so holds an architecture. */
    public static boolean isOne(byte[] start) {
        String text = new String(start, StandardCharsets.US_ASCII);
        return text.startsWith("{")
                || YAML.stream().anyMatch(begin -> text.startsWith(begin.substring(0, Math.min(8, begin.length()))));
    }

    /**
     * @param channel the open file of the architecture, at its start
     * @param file for errors
     * @param weights null if nobody named the file
     * @param sample the shape of the data's samples, for sizes that the architecture leaves open; null if not known
     */
    public static LoadedModel read(FileChannel channel, Path file, @Nullable Path weights, @Nullable Shape sample)
            throws IOException {
        Json config = architecture(channel, file);
        if (weights == null) {
            throw new UnsupportedModelException(
                    file + ": the file holds an architecture without weights. Name the file of"
                            + " its weights with --weights FILE.h5, or save the whole model.");
        }
        StoredArrays arrays = new StoredArrays(weights, Hdf5File.read(weights));
        boolean bare = arrays.root().attributes().keySet().stream().anyMatch(name -> name.startsWith("layer_names"));
        StoredArrays legacy = bare
                ? new StoredArrays(weights, new Group(Map.of(), Map.of(LegacyWeights.GROUP, arrays.root())))
                : arrays;
        boolean isLegacy = legacy.root().find(LegacyWeights.GROUP).isPresent();
        LoadedModel.Builder loaded = new LoadedModel.Builder(file);
        InputSizes sizes = new InputSizes(
                sample,
                kerasClass -> isLegacy
                        ? LegacyWeights.firstKernel(legacy)
                        : EarlyWeightPaths.firstKernel(arrays.root(), kerasClass));
        KerasOrigin wroteConfig = KerasOrigin.ofArchitecture(config.asMapping());
        Json today = PlainLayers.of(EarlyConfig.inWordsOfKeras3(config, wroteConfig, loaded::warn), loaded::warn);
        ModelNode.Model model = ConfigReader.read(today, sizes, loaded::warn);
        loaded.variables(LayerVariables.read(today, model, loaded::warn));
        KerasOrigin wroteWeights = KerasOrigin.of(arrays.root());
        Parameters parameters =
                isLegacy ? LegacyWeights.read(model, legacy, wroteWeights) : WeightsFile.read(model, arrays);
        return loaded.build(model, parameters, ignored -> StoredTraining.TrainedWith.NOTHING);
    }

    private static Json architecture(FileChannel channel, Path file) throws IOException {
        byte[] bytes = Channels.newInputStream(channel).readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new CorruptFileException(
                    file,
                    "the JSON or YAML of an architecture, at most " + MOST_BYTES + " bytes",
                    "more",
                    "Save it again with model.to_json().");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        Json.Document document = new Json.Document(file, "the architecture");
        return text.startsWith("{") ? JsonText.parse(text, document) : YamlText.parse(text, document);
    }
}
