package dev.hourglass.lab;

import dev.hourglass.files.Failures;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.BestWeights;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The model files of a run: each model whole, with the optimizer's state, and each half by itself, in all formats. */
final class ModelExports {
    private static final List<String> EXTENSIONS = List.of(".keras", ".h5", ".onnx");
    /** Where the rehearsal writes, below the run folder, so that the disk is the one that counts. */
    private static final String REHEARSAL = "export.tmp";

    private ModelExports() {}

    /** File names to what is written there. */
    private static Map<String, SavedModel> files(String name, SavedModel whole) {
        Map<String, SavedModel> files = new LinkedHashMap<>();
        for (String extension : EXTENSIONS) {
            files.put(name + "_autoencoder" + extension, whole);
            files.put(name + "_encoder" + extension, whole.encoder());
            files.put(name + "_decoder" + extension, whole.decoder());
        }
        return files;
    }

    /** @throws LabException if a file can't be written */
    static void write(RunFolder folder, TrainedModel trained, Map<String, String> provenance) {
        TrainResult result = trained.result();
        String name = trained.recipe().name();
        SavedModel whole = SavedModel.of(result.model(), result.history().loss(), result.optimizer(), provenance);
        Map<String, SavedModel> files = files(name, whole);
        BestWeights best = result.best();
        if (best != null) {
            Autoencoder model = new Autoencoder(
                    result.model().spec(), best.weights(), result.model().normalization());
            files.put(name + "_best.keras", SavedModel.of(model, null, provenance));
        }
        files.forEach((file, model) -> {
            Path path = folder.file("models/" + file);
            try {
                ModelFile.write(model, path);
            } catch (IOException e) {
                throw RunFolder.notWritten(path, e);
            }
        });
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
                untrained.model(), model.training().loss(), untrained.optimizer(), provenance);
        Path place = folder.path().resolve(REHEARSAL);
        long bytes = 0;
        try {
            remove(place);
            Files.createDirectory(place);
            for (Map.Entry<String, SavedModel> each : files(model.name(), whole).entrySet()) {
                Path file = place.resolve(each.getKey());
                ModelFile.write(each.getValue(), file);
                bytes += Files.size(file);
                Files.delete(file);
            }
        } catch (IOException e) {
            throw RunFolder.notWritten(place, e);
        } catch (UnsupportedModelException | CorruptFileException e) {
            String reason = e instanceof CorruptFileException corrupt ? corrupt.finding() : Failures.reason(e);
            throw new LabException(
                    model.origin().prefix() + "Model '" + model.name() + "' can't be exported, so it is not trained: "
                            + reason + (reason.endsWith(".") ? "" : ".") + " Change the model, or the recipe's data.",
                    e);
        } finally {
            try {
                remove(place);
            } catch (IOException | UncheckedIOException e) {
                // What stays is in nobody's way: the next rehearsal removes it.
            }
        }
        return bytes;
    }

    /** A folder with files in it, if it is there. */
    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path entry : all.toList().reversed()) {
                Files.delete(entry);
            }
        } catch (NoSuchFileException e) {
            // Nothing is left to do.
        }
    }
}
