package dev.hourglass.data.tables;

import dev.hourglass.data.tables.TableColumn.Role;
import dev.hourglass.data.tables.values.TimeFormat;
import dev.hourglass.files.Excerpt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a table is read: what {@link TableOptions} say, and for the rest what was found.
 *
 * @param headerLines that are not rows
 * @param named whether these or a comment name the columns
 * @param columns all, by place
 * @param channels those whose numbers are read, in the order in which they come out
 * @param time how times are written; null where there are none
 * @param notes sentences about what was found, such as a column that is left out
 */
record TableLayout(
        char delimiter,
        char decimal,
        int headerLines,
        boolean named,
        List<TableColumn> columns,
        List<TableColumn> channels,
        @Nullable TimeFormat time,
        List<String> notes) {
    TableLayout {
        columns = List.copyOf(columns);
        channels = List.copyOf(channels);
        notes = List.copyOf(notes);
    }

    List<TableColumn> of(Role role) {
        return columns.stream().filter(column -> column.role() == role).toList();
    }

    Optional<TableColumn> only(Role role) {
        return of(role).stream().findFirst();
    }

    List<String> channelNames() {
        return named ? channels.stream().map(TableColumn::name).toList() : List.of();
    }

    /** One line on how the table was read, such as {@code ';' between columns, decimal comma, names in line 1}. */
    String describe(TextFile file) {
        List<String> parts = new ArrayList<>();
        if (!file.charset().equals(StandardCharsets.UTF_8)) {
            parts.add(file.charset().name());
        }
        if (!file.packed().isEmpty()) {
            parts.add(file.packed());
        }
        if (columns.size() > 1 && !file.ofRows()) {
            String separator = delimiter == '\t' ? "tabs" : delimiter == ' ' ? "blanks" : "'" + delimiter + "'";
            parts.add(separator + " between columns");
        }
        if (!file.ofRows()) {
            parts.add(decimal == ',' ? "decimal comma" : "decimal point");
            parts.add(
                    headerLines == 0
                            ? "no line of names"
                            : headerLines == 1 ? "a line of names" : headerLines + " lines of names");
        }
        List<TableColumn> times = columns.stream()
                .filter(column -> column.role() == Role.TIME || column.role() == Role.TIME_OF_DAY)
                .toList();
        if (!times.isEmpty()) {
            parts.add("times in " + quoted(times));
        }
        only(Role.ID).ifPresent(column -> parts.add("series told apart by " + quoted(List.of(column))));
        only(Role.LABEL).ifPresent(column -> parts.add("labels in " + quoted(List.of(column))));
        parts.add(
                named && channels.size() <= 12
                        ? "channels " + quoted(channels)
                        : String.format(Locale.ROOT, "%,d channels", channels.size()));
        List<TableColumn> out = of(Role.LEFT_OUT);
        if (!out.isEmpty()) {
            parts.add("left out " + quoted(out));
        }
        return String.join(", ", parts);
    }

    static String quoted(List<TableColumn> columns) {
        return columns.stream()
                .limit(12)
                .map(column -> "'" + Excerpt.of(column.name()) + "'")
                .collect(Collectors.joining(" and "));
    }
}
