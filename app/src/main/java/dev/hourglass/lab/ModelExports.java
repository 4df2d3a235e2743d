package dev.hourglass.lab;

import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.lab.study.TrainedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.BestWeights;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.TrainingState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The model files of a run: each model whole, with the optimizer's state, and each half by itself, in all formats. */
final class ModelExports {
    private static final List<String> EXTENSIONS = List.of(".keras", ".h5", ".onnx");

    private ModelExports() {}

    /** File names to what is written there. */
    private static Map<String, SavedModel> files(String name, SavedModel whole) {
        Map<String, SavedModel> files = new LinkedHashMap<>();
        // Whoever uses ONNX or decodes wants the reconstruction; of several inputs that is several outputs.
        SavedModel model = whole.decoding();
        for (String extension : EXTENSIONS) {
            files.put(name + "_autoencoder" + extension, extension.equals(".onnx") ? model : whole);
            files.put(name + "_encoder" + extension, model.encoder());
            // What a decoder would read is not the code alone where layers of the encoder go around the waist.
            if (model.isCodeAlone()) {
                files.put(name + "_decoder" + extension, model.decoder());
            }
        }
        return files;
    }

    /** @throws LabException if a file can't be written */
    static void write(RunFolder folder, TrainedModel trained, Map<String, String> provenance) {
        TrainResult result = trained.result();
        String name = trained.recipe().name();
        Map<String, String> facts = Sounds.with(provenance, trained.recipe());
        SavedModel whole = SavedModel.of(result.model(), result.history().loss(), result.optimizer(), facts)
                .apart();
        Map<String, SavedModel> files = files(name, whole);
        BestWeights best = result.best();
        if (best != null) {
            Autoencoder model = new Autoencoder(
                    result.model().spec(), best.weights(), result.model().normalization());
            files.put(name + "_best.keras", SavedModel.of(model, null, facts).apart());
        }
        files.forEach((file, model) -> folder.write("models/" + file, model));
    }

    /**
     * Writes all that {@link #write} will, with the weights that training begins with, proves it, and removes it again:
     * whatever an export can refuse is refused before an epoch is spent on it.
     *
     * @param normalization of the data that the model will learn
     * @return how many bytes the files take
     * @throws LabException if a file can't be written or is not the model
     */
    static long rehearse(
            RunFolder folder, ModelRecipe model, Normalization normalization, Map<String, String> provenance) {
        TrainingState untrained = TrainingState.fresh(model.spec(), normalization, model.training());
        SavedModel whole = SavedModel.of(
                        untrained.model(),
                        model.training().loss(),
                        untrained.optimizer(),
                        Sounds.with(provenance, model))
                .apart();
        long bytes = 0;
        try {
            for (Map.Entry<String, SavedModel> each : files(model.name(), whole).entrySet()) {
                bytes += folder.rehearse(each.getKey(), each.getValue());
            }
            return bytes;
        } catch (UnsupportedModelException | CorruptFileException e) {
            String reason = e instanceof CorruptFileException corrupt ? corrupt.finding() : Failures.reason(e);
            throw new LabException(
                    model.origin().prefix() + "Model '" + model.name() + "' can't be exported, so it is not trained: "
                            + reason + (reason.endsWith(".") ? "" : ".") + " Change the model, or the recipe's data.",
                    e);
        }
    }
}
