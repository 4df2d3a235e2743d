package dev.hourglass.lab.detection;

import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.lab.recipe.Recipe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How data that are scored are read: as those that were trained on, their columns by their names. */
public final class NewData {
    private NewData() {}

    /**
     * @param of what was trained on
     * @param table how a table is read; null for as the data that were trained on
     * @param labels whether a column of labels is read, where there is one
     */
    public static SourceOptions options(Recipe.Data of, @Nullable TableOptions table, boolean labels) {
        Recipe.Series series = of.series();
        if (series == null) {
            Recipe.Pictures pictures = of.pictures();
            PictureOptions read = PictureOptions.defaults()
                    .withFit(
                            pictures == null
                                    ? null
                                    : pictures.options().pictures().fit());
            return new SourceOptions(null, null, null, 1, null, read, SourceOptions.Tables.PLAIN, null, null);
        }
        SeriesOptions options = series.options();
        SeriesOptions.Steps steps = options.steps();
        SeriesOptions.Missing missing =
                steps.missing() == SeriesOptions.Missing.FAIL ? SeriesOptions.Missing.INTERPOLATE : steps.missing();
        SeriesOptions.Window window = options.window();
        return new SourceOptions(
                null,
                null,
                null,
                window == null ? 1 : window.stride(),
                null,
                PictureOptions.defaults(),
                new SourceOptions.Tables(
                        byNames(table == null ? options.table() : table, labels),
                        new SeriesOptions.Steps(missing, steps.maxGap(), steps.resample(), steps.lengths()),
                        false,
                        LabelRule.MAJORITY),
                null,
                options.spectrogram());
    }

    private static TableOptions byNames(TableOptions read, boolean labels) {
        TableOptions.Roles roles = read.roles();
        return new TableOptions(
                read.syntax(),
                new TableOptions.Roles(
                        roles.time(), List.of(), List.of(), labels ? roles.label() : null, true, roles.id()),
                read.times());
    }
}
