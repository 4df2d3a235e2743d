package dev.hourglass.data.tables;

import dev.hourglass.data.tables.values.DateOrder;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a table as text; what isn't said is found out from its first lines, and what is said wins.
 *
 * @param syntax how it is written
 * @param roles what its columns are for
 * @param times how its times are meant
 */
public record TableOptions(Syntax syntax, Roles roles, Times times) {
    /** Everything is found out. */
    public static final TableOptions DEFAULT = new TableOptions(Syntax.FOUND, Roles.FOUND, Times.FOUND);

    /**
     * How a table is written.
     *
     * @param delimiter between fields; a blank stands for any number of blanks and tabs
     * @param decimal point or comma
     * @param headerLines how many lines name the columns, >= 0
     * @param missing texts or numbers that stand for a gap, beside an empty field, NaN, NA, null, None and ?
     */
    public record Syntax(
            @Nullable Character delimiter,
            @Nullable Character decimal,
            @Nullable Integer headerLines,
            List<String> missing) {
        public static final Syntax FOUND = new Syntax(null, null, null, List.of());

        public Syntax {
            missing = List.copyOf(missing);
            if (delimiter != null && (delimiter >= 128 || "\"#\r\n".indexOf(delimiter) >= 0)) {
                throw new IllegalArgumentException(
                        "delimiter must be a character such as ; or a tab, got '" + delimiter + "'");
            }
            if (decimal != null && decimal != '.' && decimal != ',') {
                throw new IllegalArgumentException("decimal must be . or , but is '" + decimal + "'");
            }
            if (decimal != null && decimal.equals(delimiter)) {
                throw new IllegalArgumentException("decimal and delimiter must differ, got '" + decimal + "' for both");
            }
            if (headerLines != null && headerLines < 0) {
                throw new IllegalArgumentException("headerLines must be >= 0, got " + headerLines);
            }
        }
    }

    /**
     * What columns are for, by name, or by number from 1 where they have no names.
     *
     * @param time the times of the rows: one column, or date and time of day; empty to find them
     * @param columns the channels, in this order; empty for all that are for nothing else
     * @param exclude columns that are left out
     * @param label with the classes of the rows; null for none
     * @param labelOptional whether a table without that column is one without labels
     * @param id tells the series of a table apart; null where there is one series
     */
    public record Roles(
            List<String> time,
            List<String> columns,
            List<String> exclude,
            @Nullable String label,
            boolean labelOptional,
            @Nullable String id) {
        public static final Roles FOUND = new Roles(List.of(), List.of(), List.of(), null, false, null);

        public Roles {
            time = List.copyOf(time);
            columns = List.copyOf(columns);
            exclude = List.copyOf(exclude);
            if (time.size() > 2) {
                throw new IllegalArgumentException("times are in one column or two, got " + time);
            }
        }
    }

    /**
     * How times are meant.
     *
     * @param order of day and month where both fit; null to find it
     * @param zone of times that name none
     * @param sort whether rows are put in the order of their times; else such as are out of order are refused
     */
    public record Times(@Nullable DateOrder order, ZoneId zone, boolean sort) {
        public static final Times FOUND = new Times(null, ZoneOffset.UTC);

        /** Rows lie in the order of their times. */
        public Times(@Nullable DateOrder order, ZoneId zone) {
            this(order, zone, false);
        }
    }

    public TableOptions withLabel(@Nullable String column) {
        return withLabel(column, false);
    }

    /** @param optional whether a table without that column is one without labels */
    public TableOptions withLabel(@Nullable String column, boolean optional) {
        return withRoles(new Roles(roles.time(), roles.columns(), roles.exclude(), column, optional, roles.id()));
    }

    public TableOptions withColumns(List<String> names) {
        return withRoles(
                new Roles(roles.time(), names, roles.exclude(), roles.label(), roles.labelOptional(), roles.id()));
    }

    /** @param names of columns that are left out */
    public TableOptions withExclude(List<String> names) {
        return withRoles(
                new Roles(roles.time(), roles.columns(), names, roles.label(), roles.labelOptional(), roles.id()));
    }

    public TableOptions withSyntax(Syntax other) {
        return new TableOptions(other, roles, times);
    }

    public TableOptions withRoles(Roles other) {
        return new TableOptions(syntax, other, times);
    }
}
