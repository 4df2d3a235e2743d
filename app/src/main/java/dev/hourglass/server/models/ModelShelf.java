package dev.hourglass.server.models;

import dev.hourglass.data.Split;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.server.data.BroughtData;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.runs.EpochFiles;
import dev.hourglass.server.runs.RunShelf;
import dev.hourglass.server.runs.StoredRun;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The models in run folders, and those that were brought as files, each read once and kept while it is in use. */
public final class ModelShelf {
    /** Epochs are leafed through, so many are near each other. */
    private static final int MOST_KEPT = 24;

    /** As a whole, and its encoder and decoder by themselves. */
    private static final int CHAINS = 2;

    /** Of which a chain keeps the values. */
    private static final int SAMPLES_AT_ONCE = 4;

    /** A part of what Java may use, for the values of one model's layers. */
    private static final int SHARE_OF_MODEL = 4;

    private static final long LATELY_NANOS = Duration.ofMillis(100).toNanos();

    private final RunShelf runs;
    private final DataShelf data;
    private final BroughtData brought;
    private final int processors;
    private final Map<ModelKey, Kept> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ModelKey, Kept> eldest) {
            return size() > MOST_KEPT;
        }
    };

    /**
     * @param version what the file is and when it was written, since a run that goes on writes it again; an epoch's never
     *     changes
     * @param looked when the run's folder was last asked, by the monotonic clock
     */
    private record Kept(String version, OpenModel model, long looked) {}

    public ModelShelf(RunShelf runs, DataShelf data, BroughtData brought, int processors) {
        this.runs = runs;
        this.data = data;
        this.brought = brought;
        this.processors = processors;
    }

    /**
     * The model as it was a tenth of a second ago at most, for numbers by the thousand: to look at the folder costs as much
     * as a small model's numbers.
     *
     * @throws ApiException 404 if there is no such run, model or epoch
     */
    OpenModel openedLately(ModelKey key) {
        synchronized (kept) {
            Kept known = kept.get(key);
            if (known != null && System.nanoTime() - known.looked() < LATELY_NANOS) {
                return known.model();
            }
        }
        return open(key);
    }

    /** @throws ApiException 404 if there is no such run, model or epoch */
    OpenModel open(ModelKey key) {
        if (key.isFile()) {
            return openFile(key);
        }
        StoredRun run = runs.run(key.run());
        ModelRecipe recipe = run.model(key.model());
        Integer epoch = key.epoch();
        if (epoch != null) {
            return open(key, recipe, "epoch " + epoch, () -> ofEpoch(run, recipe, epoch));
        }
        Optional<ConfinedFolder.Entry> whole = run.file(whole(key.model()));
        if (whole.isPresent()) {
            ConfinedFolder.Entry file = whole.get();
            return open(key, recipe, file.toString(), () -> ofFile(run.folder(), file.name()));
        }
        List<Integer> epochs = EpochFiles.epochs(run, key.model());
        if (epochs.isEmpty()) {
            throw ApiException.missing(
                    "model", "This model has not finished an epoch yet.", "Wait for its first epoch to end.");
        }
        return open(key, recipe, "epoch " + epochs.getLast(), () -> ofEpoch(run, recipe, epochs.getLast()));
    }

    private OpenModel openFile(ModelKey key) {
        if (key.epoch() != null) {
            throw ApiException.missing("epoch", "A model file that was brought has no epochs.", "Leave 'epoch' out.");
        }
        BroughtData.Source source = brought.source(key.model());
        return open(key, source.version(), null, source.version(), () -> read(source.path()));
    }

    private static SavedModel read(Path file) {
        try {
            SavedModel saved = ModelFile.read(file);
            saved.autoencoder();
            return saved;
        } catch (IOException e) {
            throw ApiException.impossible(
                    "model",
                    "The model file cannot be read: " + ErrorResponses.withoutFolders(Failures.reason(e)) + ".",
                    "Bring a file that ends with .keras, .h5 or .onnx.");
        } catch (UnsupportedModelException e) {
            throw ApiException.impossible(
                    "model",
                    ErrorResponses.withoutFolders(String.valueOf(e.getMessage())),
                    "'hourglass convert' takes options that say what a file leaves open, and writes a file to bring.");
        }
    }

    private OpenModel open(ModelKey key, ModelRecipe recipe, String version, Supplier<SavedModel> reader) {
        return open(key, "", recipe.data(), version, reader);
    }

    /** @param name of the version, where a key alone doesn't say which model it is */
    private OpenModel open(
            ModelKey key, String name, Recipe.@Nullable Data of, String version, Supplier<SavedModel> reader) {
        synchronized (kept) {
            Kept known = kept.get(key);
            if (known != null && known.version().equals(version)) {
                kept.put(key, new Kept(version, known.model(), System.nanoTime()));
                return known.model();
            }
        }
        SavedModel saved = reader.get();
        Autoencoder autoencoder = saved.autoencoder();
        requireRoom(key, autoencoder.spec().facts().outputs());
        OpenModel model = new OpenModel(
                key, name, saved, autoencoder, of, new InferencePool(autoencoder, processors), new OutputValues(saved));
        synchronized (kept) {
            kept.put(key, new Kept(version, model, System.nanoTime()));
        }
        return model;
    }

    /**
     * A few bytes can ask for an upsampling by thousands, so what the values of its layers will take is reckoned before
     * the model is compiled.
     */
    private void requireRoom(ModelKey key, List<Shape> outputs) {
        double numbers = outputs.stream().mapToDouble(Shape::size).sum();
        double bytes = numbers * Float.BYTES * SAMPLES_AT_ONCE * CHAINS * processors;
        long most = Runtime.getRuntime().maxMemory() / SHARE_OF_MODEL;
        if (bytes > most) {
            throw ApiException.impossible(
                    "model",
                    "Model '" + key.model() + "' needs " + Failures.size((long) bytes)
                            + " for what its layers compute, at most " + Failures.size(most) + " are given to one.",
                    "Start the server with more memory, HOURGLASS_JAVA_OPTS=-Xmx…, or choose a smaller model.");
        }
    }

    private SavedModel ofEpoch(StoredRun run, ModelRecipe recipe, int epoch) {
        Normalization normalization = data.open(recipe.data(), Split.TRAINING).normalization();
        return EpochFiles.read(run, recipe, epoch, normalization);
    }

    private static SavedModel ofFile(ConfinedFolder folder, String file) {
        try {
            return ModelFile.read(folder, file).joined();
        } catch (IOException e) {
            throw ApiException.missing(
                    "model", "The model's file cannot be read: " + Failures.reason(e) + ".", "Choose another.");
        }
    }

    private static String whole(String model) {
        return "models/" + model + "_autoencoder.keras";
    }

    List<Integer> epochs(ModelKey key) {
        return key.isFile() ? List.of() : EpochFiles.epochs(runs.run(key.run()), key.model());
    }

    /** Whether there is anything to open. */
    static boolean usable(StoredRun run, String model) {
        return run.has(whole(model)) || !EpochFiles.epochs(run, model).isEmpty();
    }

    /** The files of a model in its run's folder. */
    static List<String> files(StoredRun run, String model) {
        Stream<String> names = run.files().stream().map(ConfinedFolder.Entry::name);
        return names.filter(path -> path.startsWith("models/" + model + "_")).toList();
    }
}
