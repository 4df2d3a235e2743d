package dev.hourglass.lab.preview;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.series.SoundFolder;
import dev.hourglass.data.series.SoundProfile;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableProfile;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.report.figures.Figure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is in a table, in a folder of tables, pictures or sounds, or in a file of arrays, and a first recipe for it. */
public sealed interface DataPreview permits TablePreview, PicturePreview, SoundPreview, ArrayPreview {
    /**
     * Looks at a file or folder.
     *
     * @param table how tables are read
     * @param choices what the recipe shall have in place of what is suggested
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, or nothing that is known
     * @throws dev.hourglass.data.DatasetException if it can't be read or may be meant in several ways
     */
    static DataPreview of(Path data, TableOptions table, DraftChoices choices) {
        return of(data, table, choices, share -> {});
    }

    /**
     * The same of data that may be large.
     *
     * @param progress told how much of a table is read, 0 to 1; what it throws ends the reading
     */
    static DataPreview of(Path data, TableOptions table, DraftChoices choices, DoubleConsumer progress) {
        DataSources.requireFile(data);
        if (SoundFolder.isOne(data)) {
            return new SoundPreview(SoundProfile.of(data), choices);
        }
        if (isTable(data)) {
            return new TablePreview(TableProfile.of(data, table, progress), choices);
        }
        return Files.isDirectory(data) ? PicturePreview.of(data, choices) : new ArrayPreview(data, choices);
    }

    /** Whether it is a table, or a folder of tables without pictures. */
    static boolean isTable(Path data) {
        if (!Files.isDirectory(data)) {
            return DataSources.isTable(data);
        }
        TableFolder.Content content = TableFolder.content(data);
        return content.tables() > 0 && content.pictures() == 0;
    }

    /** The same data with other choices, which are not read again if that can be avoided. */
    DataPreview with(DraftChoices choices);

    /**
     * A recipe that trains on it.
     *
     * @param source as the recipe names the file or folder: from its own folder
     * @return YAML
     */
    String recipe(String source);

    /** What was chosen while it was read, a sentence each. */
    List<String> notes();

    /** A picture of it. */
    Figure figure();

    /** What training takes on this machine, tried on a few batches. */
    TrainingCost cost();

    /** What was found, as text with {@link #cost}. */
    List<String> lines();

    /** What was found, as JSON without {@link #cost}; numbers that are not known are null. */
    ObjectNode tree();

    /** What was found, as JSON with {@link #cost}. */
    default String json() {
        ObjectNode root = tree();
        cost().putInto(root);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}
