package dev.hourglass.data.tables.formats;

import dev.hourglass.data.tables.TextLines;
import dev.hourglass.files.Excerpt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code .ts} files of the UCR and UEA archives: a case a line, its channels between colons, the class at the end.
 *
 * @see <a href="https://www.aeon-toolkit.org/en/stable/api_reference/file_specifications/ts.html">the format</a>
 */
public final class TsRows extends CaseRows {
    private final TextLines lines;
    private boolean labelled;
    private boolean target;

    public TsRows(Path file) throws IOException {
        this(new TextLines(file));
    }

    private TsRows(TextLines lines) throws IOException {
        super(lines, "case");
        this.lines = lines;
        String line = lines.next();
        while (line != null && !line.toLowerCase(Locale.ROOT).startsWith("@data")) {
            header(line);
            line = lines.next();
        }
        if (line == null) {
            throw lines.corrupt("'@data'", "the end of the file", "");
        }
        begin();
    }

    private void header(String line) {
        String[] words = line.toLowerCase(Locale.ROOT).split("\\s+", 3);
        boolean yes = words.length > 1 && words[1].equals("true");
        switch (words[0]) {
            case "@timestamps" -> {
                if (yes) {
                    throw lines.corrupt(
                            "'@timeStamps false'", "series with times of their own", "Write the values alone.");
                }
            }
            case "@classlabel" -> labelled = yes;
            case "@targetlabel" -> target = yes;
            default -> {}
        }
    }

    @Override
    @Nullable
    Case read() throws IOException {
        String line = lines.next();
        while (line != null && (line.isEmpty() || line.startsWith("#"))) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        List<String> parts = new ArrayList<>(List.of(line.split(":", -1)));
        String last = labelled || target ? parts.removeLast().strip() : null;
        if (parts.isEmpty() || (last != null && last.isEmpty())) {
            throw lines.corrupt("channels and a class between colons", "'" + Excerpt.of(line) + "'", "");
        }
        return new Case(parts.stream().map(part -> part.split(",", -1)).toList(), labelled ? last : null);
    }

    @Override
    boolean hasLabels() {
        return labelled;
    }

    @Override
    public String format() {
        return "UCR .ts";
    }
}
