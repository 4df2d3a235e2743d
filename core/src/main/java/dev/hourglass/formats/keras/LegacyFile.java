package dev.hourglass.formats.keras;

import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.keras.operations.QuantizerLayers;
import dev.hourglass.formats.keras.weights.LegacyWeights;
import dev.hourglass.formats.keras.weights.StoredArrays;
import dev.hourglass.formats.keras.weights.StoredTraining;
import dev.hourglass.hdf5.Attribute;
import dev.hourglass.hdf5.Group;
import dev.hourglass.hdf5.Hdf5File;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A legacy {@code .h5} file, of Keras 2 or 3: the configuration in attributes of the root, the weights in groups. Our
 * note is one more attribute, which Keras doesn't look at.
 */
public final class LegacyFile {
    private static final String CONFIG = "model_config";
    private static final String TRAINING = "training_config";
    private static final String NOTE = "hourglass";

    private LegacyFile() {}

    /**
     * @param channel the open file
     * @param file for errors
     * @param sample the shape of the data's samples, for sizes that the file leaves open; null if not known
     */
    public static LoadedModel read(FileChannel channel, Path file, @Nullable Shape sample) throws IOException {
        StoredArrays arrays = new StoredArrays(file, Hdf5File.read(channel, file));
        Json config = json(arrays, CONFIG);
        if (config == null) {
            throw new CorruptFileException(
                    file,
                    "an attribute " + CONFIG,
                    "none",
                    "A file of weights alone doesn't say what the layers are; give the JSON of model.to_json() as the"
                            + " model and this file with --weights, or save the whole model.");
        }
        LoadedModel.Builder loaded = new LoadedModel.Builder(file);
        InputSizes sizes = new InputSizes(sample, kerasClass -> LegacyWeights.firstKernel(arrays));
        KerasOrigin origin = KerasOrigin.of(arrays.root());
        Json today = PlainLayers.of(EarlyConfig.inWordsOfKeras3(config, origin, loaded::warn), loaded::warn);
        ModelNode.Model model = ConfigReader.read(today, sizes, loaded::warn);
        loaded.penalties(LayerPenalties.read(today, model, loaded::warn));
        loaded.variables(LayerVariables.read(today, model, loaded::warn));
        loaded.note(json(arrays, NOTE));
        Json training = json(arrays, TRAINING);
        return loaded.build(model, LegacyWeights.read(model, arrays, origin), parameters -> {
            StoredTraining stored = new StoredTraining(model, arrays, loaded::warn);
            return stored.readLegacy(training instanceof Json.Mapping mapping ? mapping : null, parameters);
        });
    }

    private static @Nullable Json json(StoredArrays arrays, String attribute) {
        return arrays.root().attributes().get(attribute) instanceof Attribute.Text text
                ? JsonText.parse(text.value(), new Json.Document(arrays.file(), "/@" + attribute))
                : null;
    }

    public static void write(SavedModel given, ModelLayout layout, HourglassNote note, OutputStream out)
            throws IOException {
        SavedModel model = QuantizerLayers.spread(given);
        model.layers().forEach(LegacyFile::requireOneAxis);
        ModelNode.Model tree = ModelTree.of(model, layout);
        Group.Builder root = Group.builder();
        root.attribute("keras_version", new Attribute.Text(ConfigWriter.KERAS_VERSION));
        root.attribute("backend", new Attribute.Text("tensorflow"));
        Map<String, Object> config = ConfigWriter.writeLegacy(tree);
        LayerPenalties.write(model.trainedLoss().penalties(), config, false);
        LayerVariables.write(model.graph().variables(), config, false);
        root.attribute(CONFIG, new Attribute.Text(JsonText.write(config)));
        LegacyWeights.write(tree, model.parameters(), root);
        OptimizerState optimizer = StoredTraining.inOrderOf(tree, model.optimizer());
        if (optimizer != null) {
            root.attribute(TRAINING, new Attribute.Text(JsonText.write(training(model, optimizer.optimizer()))));
            List<String> names = new ArrayList<>();
            Group.Builder group = root.group(StoredTraining.HIDDEN_GROUP);
            StoredTraining.variables(optimizer).forEach((name, variable) -> {
                String path = optimizer.optimizer().kerasName() + "/" + name;
                names.add(path);
                group.dataset(path, variable);
            });
            group.attribute("weight_names", new Attribute.Texts(names));
        }
        root.attribute(NOTE, new Attribute.Text(JsonText.write(note.toTree())));
        Hdf5File.write(root.build(), out);
    }

    /** Where a layer has several axes, Keras loses them as it opens the file (legacy/saving/saving_utils.py). */
    private static void requireOneAxis(LayerSpec layer) {
        int axes = switch (layer) {
            case LayerSpec.LayerNormalization norm -> norm.axes().size();
            case LayerSpec.UnitNormalization norm -> norm.axes().size();
            case LayerSpec.RmsNormalization norm -> norm.axes().size();
            default -> 1;
        };
        if (axes > 1) {
            throw new UnsupportedModelException("Layer '" + layer.name() + "' normalises along " + axes
                    + " axes, of which Keras would take only the last from an .h5 file. Write .keras or ONNX.");
        }
    }

    private static Map<String, @Nullable Object> training(SavedModel model, Optimizer optimizer) {
        Map<String, @Nullable Object> training = new LinkedHashMap<>();
        training.put("loss", StoredTraining.lossObject(model, false));
        training.put("loss_weights", OutputLosses.weights(model.trainedLoss(), model.graph()));
        training.put("metrics", null);
        training.put("weighted_metrics", null);
        training.put("optimizer_config", StoredTraining.optimizerObject(optimizer, false));
        return training;
    }
}
