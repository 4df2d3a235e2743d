package dev.hourglass.formats.keras;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.keras.operations.QuantizerLayers;
import dev.hourglass.formats.keras.weights.EarlyWeightPaths;
import dev.hourglass.formats.keras.weights.StoredArrays;
import dev.hourglass.formats.keras.weights.StoredTraining;
import dev.hourglass.formats.keras.weights.WeightsFile;
import dev.hourglass.hdf5.Dataset;
import dev.hourglass.hdf5.Group;
import dev.hourglass.hdf5.Hdf5File;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code .keras} file of version 3: a zip of {@code config.json}, {@code model.weights.h5} and {@code metadata.json}.
 * Our note is a member of the last, which Keras writes and never reads; a fourth member of the zip would make it unpack
 * the zip in search of assets.
 */
public final class KerasFile {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.weights.h5";
    private static final String METADATA = "metadata.json";

    private KerasFile() {}

    /**
     * @param channel the open file
     * @param file for errors
     * @param sample the shape of the data's samples, for sizes that the file leaves open; null if not known
     */
    public static LoadedModel read(FileChannel channel, Path file, @Nullable Shape sample) throws IOException {
        StrictZip zip = StrictZip.open(channel, file);
        LoadedModel.Builder loaded = new LoadedModel.Builder(file);
        Json config = json(zip, file, CONFIG);
        InputSizes sizes = new InputSizes(sample, kerasClass -> firstKernel(zip, file, kerasClass));
        Json.Mapping metadata =
                zip.has(METADATA) && json(zip, file, METADATA) instanceof Json.Mapping found ? found : null;
        Json today = PlainLayers.of(
                EarlyConfig.inWordsOfKeras3(config, KerasOrigin.ofMetadata(metadata), loaded::warn), loaded::warn);
        ModelNode.Model model = ConfigReader.read(today, sizes, loaded::warn);
        loaded.penalties(LayerPenalties.read(today, model, loaded::warn));
        loaded.variables(LayerVariables.read(today, model, loaded::warn));
        if (metadata != null) {
            loaded.note(metadata.find("hourglass"));
        }
        if (!zip.has(WEIGHTS) && zip.has("model.weights.npz")) {
            throw new UnsupportedModelException(file + ": the weights are in model.weights.npz; Hourglass reads "
                    + WEIGHTS + ". Save the model with Keras's default weights format.");
        }
        StoredArrays arrays = new StoredArrays(file, arrays(zip, file));
        Json compile = config.asMapping().find("compile_config");
        return loaded.build(model, WeightsFile.read(model, arrays), parameters -> {
            StoredTraining training = new StoredTraining(model, arrays, loaded::warn);
            return training.read(compile instanceof Json.Mapping mapping ? mapping : null, parameters);
        });
    }

    private static List<Integer> firstKernel(StrictZip zip, Path file, String kerasClass) {
        try {
            return EarlyWeightPaths.firstKernel(arrays(zip, file), kerasClass);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Group arrays(StrictZip zip, Path file) throws IOException {
        byte[] weights = zip.read(WEIGHTS, Integer.MAX_VALUE - 64);
        try {
            return EarlyWeightPaths.withSlashes(Hdf5File.read(weights, file + ", " + WEIGHTS));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(
                    file,
                    "names of groups and arrays in " + WEIGHTS + " that a folder could have",
                    Json.printable(String.valueOf(e.getMessage())),
                    "Save the model again.");
        }
    }

    private static Json json(StrictZip zip, Path file, String member) throws IOException {
        // Up to 4 bytes a character.
        byte[] bytes = zip.read(member, 4L * JsonText.MOST_CHARACTERS);
        return JsonText.parse(new String(bytes, StandardCharsets.UTF_8), new Json.Document(file, member));
    }

    public static void write(SavedModel given, ModelLayout layout, HourglassNote note, OutputStream out)
            throws IOException {
        SavedModel model = QuantizerLayers.spread(given);
        ModelNode.Model tree = ModelTree.of(model, layout);
        StrictZip.write(
                List.of(
                        new StrictZip.Member(METADATA, utf8(metadata(note))),
                        new StrictZip.Member(CONFIG, utf8(config(tree, model))),
                        new StrictZip.Member(WEIGHTS, weights(tree, model))),
                out);
    }

    private static Map<String, Object> metadata(HourglassNote note) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("keras_version", ConfigWriter.KERAS_VERSION);
        // When it was saved would make two files of the same model differ; the note says how the model was made.
        metadata.put("date_saved", "1980-02-01@00:00:00");
        metadata.put("hourglass", note.toTree());
        return metadata;
    }

    private static Map<String, Object> config(ModelNode.Model tree, SavedModel model) {
        Map<String, Object> config = ConfigWriter.write(tree);
        LayerPenalties.write(model.trainedLoss().penalties(), config, true);
        LayerVariables.write(model.graph().variables(), config, true);
        OptimizerState optimizer = model.optimizer();
        if (optimizer != null) {
            Map<String, @Nullable Object> compile = new LinkedHashMap<>();
            compile.put("optimizer", StoredTraining.optimizerObject(optimizer.optimizer(), true));
            compile.put("loss", StoredTraining.lossObject(model, true));
            if (!model.trainedLoss().outputTerms().isEmpty()) {
                compile.put("loss_weights", OutputLosses.weights(model.trainedLoss(), model.graph()));
            }
            config.put("compile_config", compile);
        }
        return config;
    }

    private static byte[] weights(ModelNode.Model tree, SavedModel model) throws IOException {
        Group.Builder root = Group.builder();
        WeightsFile.write(tree, model.parameters(), root);
        OptimizerState optimizer = StoredTraining.inOrderOf(tree, model.optimizer());
        if (optimizer != null) {
            int next = 0;
            for (Dataset variable : StoredTraining.variables(optimizer).values()) {
                root.dataset("optimizer/vars/" + next++, variable);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Hdf5File.write(root.build(), bytes);
        return bytes.toByteArray();
    }

    private static byte[] utf8(Map<String, Object> tree) {
        return JsonText.write(tree).getBytes(StandardCharsets.UTF_8);
    }
}
