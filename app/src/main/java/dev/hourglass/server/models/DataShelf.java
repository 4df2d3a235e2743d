package dev.hourglass.server.models;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.Split;
import dev.hourglass.data.SplitWindows;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.images.PictureSplit;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.lab.recipe.Recipe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The data sets that runs name, each opened once and kept while it is in use. */
public final class DataShelf {
    private static final int MOST_KEPT = 6;

    private final DatasetCatalog catalog;
    private final Map<Key, Dataset> open = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Dataset> eldest) {
            return size() > MOST_KEPT;
        }
    };

    private record Key(Recipe.Data data, Split split) {}

    public DataShelf(DatasetCatalog catalog) {
        this.catalog = catalog;
    }

    DatasetCatalog catalog() {
        return catalog;
    }

    /** In the shape of the data set; fetched if the cache lacks it. */
    public synchronized Dataset open(Recipe.Data data, Split split) {
        Key key = new Key(data, split);
        Dataset known = open.get(key);
        if (known != null) {
            return known;
        }
        Dataset whole = all(data, split);
        Integer next = data.nextSteps();
        Dataset all = next == null ? whole : SplitWindows.of(whole, next);
        Integer limit = data.limit(split);
        Dataset opened = limit == null ? all : all.limit(limit);
        open.put(key, opened);
        return opened;
    }

    /** What lies there, or in that folder, is gone: what takes its name is opened anew. */
    public synchronized void forget(Path path) {
        open.keySet().removeIf(key -> key.data().isWithin(path));
    }

    private Dataset all(Recipe.Data data, Split split) {
        Recipe.Series series = data.series();
        if (series != null) {
            SeriesSplit both = SeriesSplit.open(series.file(), series.options());
            return split == Split.TRAINING ? both.training() : both.test();
        }
        Recipe.Pictures pictures = data.pictures();
        if (pictures != null) {
            PictureSplit both = PictureSplit.open(pictures.source(), pictures.options());
            return split == Split.TRAINING ? both.training() : both.test();
        }
        Path own = data.folder();
        return own == null
                ? catalog.open(data.name(), split, event -> {})
                : catalog.openFolder(data.name(), own, split);
    }
}
