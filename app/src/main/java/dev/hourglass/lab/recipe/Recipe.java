package dev.hourglass.lab.recipe;

import dev.hourglass.data.Split;
import dev.hourglass.data.images.PictureSplitOptions;
import dev.hourglass.data.series.SeriesOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a lab does: which models, what data each learns and how, and what is written. Read by {@link RecipeReader};
 * command-line options override it through the withers.
 *
 * @param name such as {@code mnist}, from the file's name; names the run folder
 * @param title of the report
 * @param models at least one, with different names
 * @param detect that they become detectors; null where they don't
 */
public record Recipe(
        String name,
        String title,
        List<ModelRecipe> models,
        Outputs outputs,
        @Nullable Detect detect) {
    /**
     * That models become detectors.
     *
     * @param holdOut share of the training part that calibrates and is not trained on, its last samples, above 0 and below 1
     * @param normal classes that count as normal; empty for the commonest, or where there are none
     * @param scored what is scored in place of the test part; null for that
     * @param rivals whether simple detectors are held beside the models
     */
    public record Detect(
            double holdOut, List<String> normal, @Nullable Path scored, boolean rivals, DetectionSettings settings) {
        public Detect {
            normal = List.copyOf(normal);
        }
    }

    /**
     * @param name a data set of the catalog, or the name of the file or folder of the user's own
     * @param folder with the user's own copy of the data set's files; null takes them from the cache or the net
     * @param trainingLimit how many samples of the training set are used, >= 1; null takes all
     * @param testLimit how many samples of the test set are used, >= 1; null takes all
     * @param series the user's own series in place of a data set of the catalog; null for the latter
     * @param pictures the user's own pictures, likewise
     * @param nextSteps how many of each sample's last steps are cut off for a model to predict, >= 1; null cuts none
     */
    public record Data(
            String name,
            @Nullable Path folder,
            @Nullable Integer trainingLimit,
            @Nullable Integer testLimit,
            @Nullable Series series,
            @Nullable Pictures pictures,
            @Nullable Integer nextSteps) {
        /** A data set of the catalog. */
        public Data(String name, @Nullable Path folder, @Nullable Integer trainingLimit, @Nullable Integer testLimit) {
            this(name, folder, trainingLimit, testLimit, null, null, null);
        }

        /** All of a data set, from the cache or the net. */
        public static Data of(String name) {
            return new Data(name, null, null, null);
        }

        public Data withFolder(Path value) {
            return new Data(name, value, trainingLimit, testLimit, series, pictures, nextSteps);
        }

        /** @param value of both splits; null takes all */
        public Data withLimit(@Nullable Integer value) {
            return new Data(name, folder, value, value, series, pictures, nextSteps);
        }

        public Data withSeries(Series value) {
            return new Data(name, folder, trainingLimit, testLimit, value, pictures, nextSteps);
        }

        public Data withNextSteps(@Nullable Integer value) {
            return new Data(name, folder, trainingLimit, testLimit, series, pictures, value);
        }

        /** Whether it is the user's own file or folder, and no data set of the catalog. */
        public boolean isOwn() {
            return series != null || pictures != null;
        }

        /** Whether the user's own file or folder is this one, or lies in it. */
        public boolean isWithin(Path path) {
            return (series != null && series.file().startsWith(path)) || (pictures != null && pictures.isWithin(path));
        }

        /** How many samples of a split are used; null for all. */
        public @Nullable Integer limit(Split split) {
            return switch (split) {
                case TRAINING -> trainingLimit;
                case TEST -> testLimit;
            };
        }
    }

    /** A file of the user's own, and how it becomes samples. */
    public record Series(Path file, SeriesOptions options) {}

    /** A folder or file of the user's own, and how it becomes samples. */
    public record Pictures(Path source, PictureSplitOptions options) {
        private boolean isWithin(Path path) {
            Path noisy = options.noisy();
            return source.startsWith(path) || (noisy != null && noisy.startsWith(path));
        }
    }

    /**
     * @param examples how many test samples are shown beside their reconstructions, 1 to 100
     * @param plots whether figures are drawn
     * @param report whether report.html is written
     * @param epochs whether the state at the end of each epoch is kept, to look into or to fork
     * @param sweep the latent sizes that models are trained again with; null for none
     */
    public record Outputs(
            int examples,
            boolean plots,
            boolean report,
            boolean epochs,
            @Nullable Sweep sweep) {
        /** Ten examples, everything written, no sweep. */
        public static final Outputs DEFAULT = new Outputs(10, true, true, false, null);

        public Outputs withoutSweep() {
            return new Outputs(examples, plots, report, epochs, null);
        }

        /** With a sweep, where there is one, that takes so many epochs at most. */
        public Outputs withSweepEpochsAtMost(int most) {
            return sweep == null
                    ? this
                    : new Outputs(
                            examples,
                            plots,
                            report,
                            epochs,
                            new Sweep(sweep.latentSizes(), Math.min(sweep.epochs(), most)));
        }
    }

    /**
     * How the latent size changes the quality.
     *
     * @param latentSizes growing
     * @param epochs that a model is trained with each of them
     */
    public record Sweep(List<Integer> latentSizes, int epochs) {
        public Sweep {
            latentSizes = latentSizes.stream().distinct().sorted().toList();
        }
    }

    public Recipe {
        models = List.copyOf(models);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("A recipe needs at least one model");
        }
    }

    /** The same with every model changed in the same way. */
    public Recipe withEachModel(UnaryOperator<ModelRecipe> change) {
        return new Recipe(name, title, models.stream().map(change).toList(), outputs, detect);
    }

    public Recipe withOutputs(Outputs value) {
        return new Recipe(name, title, models, value, detect);
    }

    /** What is opened: each once, though several models may learn it. */
    public List<Data> data() {
        return models.stream().map(ModelRecipe::data).distinct().toList();
    }
}
