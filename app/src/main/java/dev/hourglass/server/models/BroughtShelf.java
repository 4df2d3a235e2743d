package dev.hourglass.server.models;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.images.Fit;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.detect.Detection;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.server.data.BroughtData;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.tensor.CorruptFileException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Data that people brought, read as a model takes them: as its own data were, with its columns and scales. */
public final class BroughtShelf {
    private static final String PREFIX = "data:";
    private static final String USUAL_LABEL = "label";
    private static final int MOST_KEPT = 3;

    private final BroughtData brought;
    private final DataSources sources;
    private final Map<String, Dataset> open = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Dataset> eldest) {
            return size() > MOST_KEPT;
        }
    };

    /** @param key tells them from others of the same name */
    record Opened(String key, Dataset data) {}

    public BroughtShelf(BroughtData brought, DataSources sources) {
        this.brought = brought;
        this.sources = sources;
    }

    /** Whether a name of data is one of brought ones, such as {@code data:pump.csv}. */
    public static boolean isBrought(String dataName) {
        return dataName.startsWith(PREFIX);
    }

    /** What comes behind {@code data:}. */
    public static String nameOf(String dataName) {
        return dataName.substring(PREFIX.length());
    }

    /**
     * One at a time, since each may be large.
     *
     * @param labelColumn with the classes of the rows; empty for the one that the model's own data have, or else {@code label},
     *     if it is there
     */
    synchronized Opened open(String dataName, OpenModel model, String labelColumn) {
        BroughtData.Source source = brought.source(nameOf(dataName));
        String key = dataName + "@" + source.version() + "/" + labelColumn;
        String place = model.key() + "/" + key;
        Dataset known = open.get(place);
        if (known != null) {
            return new Opened(key, known);
        }
        try {
            Dataset data = sources.open(
                    source.path().toString(),
                    model.file().reading(source.path().toString(), options(model, labelColumn)),
                    event -> {});
            open.put(place, data);
            return new Opened(key, data);
        } catch (CorruptFileException | DatasetException e) {
            throw ApiException.impossible("data", ErrorResponses.withoutFolders(String.valueOf(e.getMessage())), null);
        }
    }

    /** As the command {@code score} reads them: windows as the model was calibrated, pictures of any size. */
    private static SourceOptions ofFile(SourceOptions options, OpenModel model, String labelColumn) {
        Detection detection = model.file().detection();
        Detection.Windows windows = detection == null ? null : detection.windows();
        boolean isSequence = model.input().rank() == 2;
        int stride = windows != null
                ? windows.stride()
                : isSequence ? Math.max(1, model.input().dimension(0) / 4) : 1;
        TableOptions table = labelColumn.isEmpty()
                ? TableOptions.DEFAULT.withLabel(USUAL_LABEL, true)
                : TableOptions.DEFAULT.withLabel(labelColumn);
        return options.withStride(stride)
                .withPictures(PictureOptions.defaults().withFit(Fit.CROP))
                .withTables(new SourceOptions.Tables(table, SeriesOptions.Steps.PLAIN, false, LabelRule.ANY));
    }

    private static SourceOptions options(OpenModel model, String labelColumn) {
        SourceOptions options = SourceOptions.defaults()
                .withSampleShape(model.input())
                .withNormalization(model.autoencoder().normalization());
        Recipe.Series series = model.series();
        if (model.key().isFile()) {
            return ofFile(options, model, labelColumn);
        }
        if (series == null) {
            return labelColumn.isEmpty()
                    ? options
                    : options.withTables(SourceOptions.Tables.PLAIN.withLabel(labelColumn));
        }
        SeriesOptions own = series.options();
        String usual = own.table().roles().label();
        TableOptions table = labelColumn.isEmpty()
                ? own.table().withLabel(usual == null ? USUAL_LABEL : usual, true)
                : own.table().withLabel(labelColumn);
        SeriesOptions.Window window = own.window();
        options = options.withTables(new SourceOptions.Tables(
                table, own.steps(), window == null, own.classes().rule()));
        return window == null ? options : options.withStride(window.stride());
    }
}
