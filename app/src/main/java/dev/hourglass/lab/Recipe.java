package dev.hourglass.lab;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.train.TrainOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a lab does: which data, which models, how they are trained and what is written. Read by {@link RecipeReader};
 * command-line options override it through the withers.
 *
 * @param name such as {@code mnist}, from the file's name; names the run folder
 * @param title of the report
 * @param models at least one, with different names
 * @param training the same for all models
 */
public record Recipe(
        String name, String title, Data data, List<AutoencoderSpec> models, TrainOptions training, Outputs outputs) {

    /**
     * @param name a data set of the catalog
     * @param folder with the user's own copy of the data set's files; null takes them from the cache or the net
     * @param limit how many samples of each split are used, >= 1; null takes all
     */
    public record Data(
            String name, @Nullable Path folder, @Nullable Integer limit) {}

    /**
     * @param examples how many test samples are shown beside their reconstructions, 1 to 100
     * @param plots whether figures are drawn
     * @param report whether report.html is written
     */
    public record Outputs(int examples, boolean plots, boolean report) {
        /** Ten examples, everything written. */
        public static final Outputs DEFAULT = new Outputs(10, true, true);
    }

    public Recipe {
        models = List.copyOf(models);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("A recipe needs at least one model");
        }
    }

    public Recipe withTraining(TrainOptions value) {
        return new Recipe(name, title, data, models, value, outputs);
    }

    public Recipe withData(Data value) {
        return new Recipe(name, title, value, models, training, outputs);
    }
}
