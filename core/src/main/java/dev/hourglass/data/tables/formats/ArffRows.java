package dev.hourglass.data.tables.formats;

import dev.hourglass.data.tables.RowSource;
import dev.hourglass.data.tables.TextLines;
import dev.hourglass.files.Excerpt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Weka's ARFF: attributes, then instances, dense or sparse ({@code {2 1.5, 7 3}}). The last attribute is the class where it
 * is nominal. A relational attribute holds a series, a channel a line, as the UEA archive has them.
 *
 * @see <a href="https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/">the format</a>
 */
public final class ArffRows {
    private static final int MOST_ATTRIBUTES = 100_000;
    /** Numbers that sparse instances don't mention: so many for each byte of theirs, beside some that are free. */
    private static final long MOST_ZEROS_A_BYTE = 1_000;

    private static final long FREE_ZEROS = 1 << 21;
    private static final Pattern PLAIN_TYPE = Pattern.compile("(numeric|real|integer|string|date)\\b.*");

    /** @param values of a nominal attribute; null for any other */
    private record Attribute(String name, @Nullable List<String> values) {
        /** What a sparse instance doesn't mention. */
        String zero() {
            return values == null ? "0" : values.isEmpty() ? "" : values.getFirst();
        }
    }

    private final TextLines lines;
    private final List<Attribute> attributes = new ArrayList<>();
    private int relational = -1;
    private long zeros;
    private long sparseBytes;

    private ArffRows(Path file) throws IOException {
        lines = new TextLines(file);
        readHeader();
    }

    public static RowSource open(Path file) throws IOException {
        ArffRows arff = new ArffRows(file);
        return arff.relational < 0 ? arff.new Rows() : arff.new Series();
    }

    private void readHeader() throws IOException {
        boolean within = false;
        String line = lines.next();
        while (line != null) {
            String lower = line.substring(0, Math.min(10, line.length())).toLowerCase(Locale.ROOT);
            if (lower.startsWith("@data")) {
                break;
            }
            if (lower.startsWith("@end")) {
                within = false;
            } else if (lower.startsWith("@attribute") && !within) {
                within = attribute(line.substring("@attribute".length()).strip());
            }
            line = lines.next();
        }
        if (line == null || attributes.isEmpty()) {
            throw lines.corrupt(line == null ? "'@data'" : "attributes before '@data'", "none", "");
        }
    }

    /** @return whether attributes of a relation follow */
    private boolean attribute(String text) {
        if (attributes.size() == MOST_ATTRIBUTES) {
            throw lines.corrupt(
                    String.format(Locale.ROOT, "at most %,d attributes", MOST_ATTRIBUTES), "more", "Save them as NPY.");
        }
        int[] end = new int[1];
        String name = token(text, 0, " \t{", end);
        String type = text.substring(end[0]).strip();
        String lower = type.toLowerCase(Locale.ROOT);
        if (type.startsWith("{")) {
            if (!type.endsWith("}")) {
                throw lines.corrupt("values in braces", "'" + Excerpt.of(type) + "'", "");
            }
            attributes.add(new Attribute(name, fields(type.substring(1, type.length() - 1))));
            return false;
        }
        boolean related = lower.startsWith("relational");
        if (!related && !PLAIN_TYPE.matcher(lower).matches()) {
            throw lines.corrupt(
                    "numeric, real, integer, string, date, relational or {values}", "'" + Excerpt.of(type) + "'", "");
        }
        if (related) {
            if (relational >= 0) {
                throw lines.corrupt("one relational attribute", "two", "");
            }
            relational = attributes.size();
        }
        attributes.add(new Attribute(name, null));
        return related;
    }

    /** A word or a quoted text; {@code end} gets where it ends. */
    private String token(String text, int from, String stops, int[] end) {
        if (from >= text.length() || "'\"".indexOf(text.charAt(from)) < 0) {
            int at = from;
            while (at < text.length() && stops.indexOf(text.charAt(at)) < 0) {
                at++;
            }
            end[0] = at;
            return text.substring(from, at).strip();
        }
        char quote = text.charAt(from);
        StringBuilder word = new StringBuilder();
        for (int at = from + 1; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                end[0] = at + 1;
                return word.toString();
            }
            if (c == '\\' && at + 1 < text.length()) {
                char escaped = text.charAt(++at);
                word.append(escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped);
            } else {
                word.append(c);
            }
        }
        throw lines.corrupt("a closing " + quote, "the end of the line", "");
    }

    private List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        int[] end = new int[1];
        int at = 0;
        while (true) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            fields.add(token(text, at, ",", end));
            at = end[0];
            while (at < text.length() && text.charAt(at) != ',') {
                if (!Character.isWhitespace(text.charAt(at))) {
                    throw lines.corrupt("a comma behind a quote", "'" + Excerpt.of(text.substring(at)) + "'", "");
                }
                at++;
            }
            if (at == text.length()) {
                return fields;
            }
            at++;
        }
    }

    private @Nullable List<String> instance() throws IOException {
        String line = lines.next();
        while (line != null && (line.isEmpty() || line.startsWith("%"))) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        if (line.startsWith("{")) {
            return sparse(line);
        }
        List<String> fields = fields(line);
        if (fields.size() == attributes.size() + 1 && fields.getLast().startsWith("{")) {
            fields.removeLast(); // the instance's weight
        }
        if (fields.size() != attributes.size()) {
            throw lines.corrupt(
                    String.format(Locale.ROOT, "%,d values, one an attribute", attributes.size()),
                    String.format(Locale.ROOT, "%,d", fields.size()),
                    "");
        }
        return fields;
    }

    private List<String> sparse(String line) {
        zeros += attributes.size();
        sparseBytes += line.length() + 1;
        if (zeros > FREE_ZEROS + MOST_ZEROS_A_BYTE * sparseBytes) {
            throw lines.corrupt(
                    String.format(Locale.ROOT, "at most %,d numbers for each byte", MOST_ZEROS_A_BYTE),
                    String.format(Locale.ROOT, "%,d of which next to all are 0", zeros),
                    "Leave out attributes that no instance has, and save the rest as NPY.");
        }
        int close = line.lastIndexOf('}');
        int weight = line.indexOf("},");
        close = weight >= 0 && line.indexOf('{', 1) > weight ? weight : close;
        if (close < 0) {
            throw lines.corrupt("a closing brace", "none", "");
        }
        String[] values = attributes.stream().map(Attribute::zero).toArray(String[]::new);
        String inner = line.substring(1, close).strip();
        if (inner.isEmpty()) {
            return Arrays.asList(values);
        }
        for (String field : sparseFields(inner)) {
            int blank = field.indexOf(' ');
            int at = blank < 0 ? -1 : index(field.substring(0, blank));
            if (at < 0 || at >= values.length) {
                throw lines.corrupt(
                        "places below " + values.length + " with their values", "'" + Excerpt.of(field) + "'", "");
            }
            values[at] = token(field, blank + 1, "", new int[1]);
        }
        return Arrays.asList(values);
    }

    private static List<String> sparseFields(String text) {
        List<String> fields = new ArrayList<>();
        int from = 0;
        char quote = 0;
        for (int at = 0; at <= text.length(); at++) {
            char c = at == text.length() ? ',' : text.charAt(at);
            if (at < text.length() && quote != 0) {
                at += c == '\\' ? 1 : 0;
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == ',') {
                fields.add(text.substring(from, Math.min(at, text.length()))
                        .strip()
                        .replace('\t', ' '));
                from = at + 1;
            }
        }
        return fields;
    }

    private static int index(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }

    private boolean lastIsClass() {
        return attributes.size() > 1 && attributes.getLast().values() != null;
    }

    /** An instance a row. */
    private final class Rows implements RowSource {
        @Override
        public String format() {
            return "ARFF";
        }

        @Override
        public List<String> columns() {
            return attributes.stream().map(Attribute::name).toList();
        }

        @Override
        public @Nullable String label() {
            return lastIsClass() ? attributes.getLast().name() : null;
        }

        @Override
        public @Nullable String id() {
            return null;
        }

        @Override
        public @Nullable List<String> next() throws IOException {
            return instance();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** An instance a series. */
    private final class Series extends CaseRows {
        Series() throws IOException {
            super(lines, "instance");
            begin();
        }

        @Override
        @Nullable
        Case read() throws IOException {
            List<String> fields = instance();
            if (fields == null) {
                return null;
            }
            List<String[]> found = fields.get(relational)
                    .strip()
                    .lines()
                    .map(line -> line.split(",", -1))
                    .toList();
            return new Case(found, hasLabels() ? fields.getLast() : null);
        }

        @Override
        boolean hasLabels() {
            return lastIsClass();
        }

        @Override
        public String format() {
            return "ARFF";
        }
    }
}
