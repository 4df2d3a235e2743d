package dev.hourglass.server.recipes;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.Split;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.tensor.Shape;
import java.util.function.BiFunction;

/**
 * How many samples data have, and what each is: of the catalog without opening it, of somebody's own by opening them.
 *
 * @param open opens data of somebody's own, within their limit
 */
public record DataSizes(DatasetCatalog catalog, BiFunction<Recipe.Data, Split, Dataset> open) {
    int samples(Recipe.Data data, Split split) {
        if (data.isOwn()) {
            return open.apply(data, split).size();
        }
        Integer limit = data.limit(split);
        int all = catalog.spec(data.name()).samples(split);
        return limit == null ? all : Math.min(limit, all);
    }

    Shape sample(Recipe.Data data) {
        return data.isOwn()
                ? open.apply(data, Split.TRAINING).sampleShape()
                : catalog.spec(data.name()).sampleShape();
    }
}
