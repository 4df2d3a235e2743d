package dev.hourglass.data.tables.formats;

import dev.hourglass.data.tables.RowSource;
import dev.hourglass.data.tables.TextFile;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * JSON as rows: one value after the other (JSON lines), or one array of them. A value is an object, whose keys are the columns,
 * or an array of numbers. Where an object's values are arrays, it is a series, and so is an array of arrays, a step each.
 */
public final class JsonRows implements RowSource {
    private static final int KNOWN_RECORDS = 300;
    private static final int KNOWN_FIELDS = 200_000;
    private static final int MOST_FIELDS = 1 << 20;
    private static final int MOST_CHARACTERS = 1 << 16;
    private static final String SERIES = "series";

    private final Path file;
    private final InputStream in;
    private final JsonParser json;
    private final boolean inArray;
    private final Set<String> columns = new LinkedHashSet<>();
    private final Queue<Item> ahead = new ArrayDeque<>();
    private final boolean series;
    private long number;
    private @Nullable Item current;
    private int step;

    /** A value of the file: of each column the fields, one where it is the same for all steps. */
    private record Item(Map<String, List<String>> fields, boolean isSeries, long number) {
        int steps() {
            return isSeries
                    ? fields.values().stream().mapToInt(List::size).max().orElse(0)
                    : 1;
        }

        String field(String column, int step) {
            List<String> all = fields.getOrDefault(column, List.of());
            return all.size() == 1 ? all.getFirst() : step < all.size() ? all.get(step) : "";
        }
    }

    public JsonRows(Path file) throws IOException {
        this.file = file;
        in = TextFile.open(file).content();
        json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(MOST_CHARACTERS)
                        .build())
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build()
                .createParser(ObjectReadContext.empty(), in);
        boolean whole = String.valueOf(file.getFileName())
                        .toLowerCase(Locale.ROOT)
                        .contains(".json")
                && !String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).contains(".jsonl");
        inArray = whole && token() == JsonToken.START_ARRAY;
        if (whole && !inArray) {
            pushedBack = json.currentToken();
        }
        boolean any = false;
        int fields = 0;
        for (Item item = read();
                item != null;
                item = ahead.size() < KNOWN_RECORDS && fields < KNOWN_FIELDS ? read() : null) {
            columns.addAll(item.fields.keySet());
            any |= item.isSeries;
            fields += item.fields.values().stream().mapToInt(List::size).sum();
            ahead.add(item);
        }
        series = any;
        if (columns.isEmpty()) {
            throw corrupt("objects or arrays with numbers", "none");
        }
    }

    private @Nullable JsonToken pushedBack;

    private @Nullable JsonToken token() {
        if (pushedBack != null) {
            JsonToken token = pushedBack;
            pushedBack = null;
            return token;
        }
        try {
            return json.nextToken();
        } catch (JacksonException e) {
            throw corrupt("JSON", Excerpt.of(Failures.oneLine(e.getOriginalMessage()), 80));
        }
    }

    private String text() {
        try {
            return json.getString();
        } catch (JacksonException e) {
            throw corrupt("JSON", Excerpt.of(Failures.oneLine(e.getOriginalMessage()), 80));
        }
    }

    private @Nullable Item read() {
        JsonToken token = token();
        if (token == null || (inArray && token == JsonToken.END_ARRAY)) {
            return null;
        }
        number++;
        Map<String, List<String>> fields = new LinkedHashMap<>();
        boolean isSeries = false;
        if (token == JsonToken.START_OBJECT) {
            for (token = token(); token != JsonToken.END_OBJECT; token = token()) {
                if (token != JsonToken.PROPERTY_NAME) {
                    throw corrupt("a key", "the end of the file");
                }
                String key = text();
                token = token();
                boolean many = token == JsonToken.START_ARRAY;
                isSeries |= many;
                fields.put(key, many ? scalars() : List.of(scalar(token)));
            }
        } else if (token == JsonToken.START_ARRAY) {
            isSeries = array(fields);
        } else {
            throw corrupt("an object or an array", found(token));
        }
        return new Item(fields, isSeries, number);
    }

    /** @return whether it is an array of arrays */
    private boolean array(Map<String, List<String>> fields) {
        int place = 0;
        boolean isSeries = false;
        for (JsonToken token = token(); token != JsonToken.END_ARRAY; token = token()) {
            if (place == MOST_FIELDS) {
                throw corrupt(String.format(Locale.ROOT, "at most %,d values", MOST_FIELDS), "more");
            }
            if (token == JsonToken.START_ARRAY) {
                isSeries = true;
                List<String> step = scalars();
                for (int channel = 0; channel < step.size(); channel++) {
                    List<String> all =
                            fields.computeIfAbsent(Integer.toString(channel + 1), ignored -> new ArrayList<>());
                    if (all.size() != place) {
                        throw corrupt("as many numbers at each step", "others");
                    }
                    all.add(step.get(channel));
                }
                place++;
            } else {
                if (isSeries) {
                    throw corrupt("arrays alone or numbers alone", "both");
                }
                fields.put(Integer.toString(++place), List.of(scalar(token)));
            }
        }
        return isSeries;
    }

    private List<String> scalars() {
        List<String> all = new ArrayList<>();
        for (JsonToken token = token(); token != JsonToken.END_ARRAY; token = token()) {
            if (all.size() == MOST_FIELDS) {
                throw corrupt(String.format(Locale.ROOT, "at most %,d values", MOST_FIELDS), "more");
            }
            all.add(scalar(token));
        }
        return all;
    }

    private String scalar(@Nullable JsonToken token) {
        if (token == JsonToken.VALUE_NULL) {
            return "";
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE ? "1" : "0";
        }
        if (token == null || !token.isScalarValue()) {
            throw corrupt("a number, a text, true, false or null", found(token));
        }
        return text();
    }

    private static String found(@Nullable JsonToken token) {
        return token == null
                ? "the end of the file"
                : token == JsonToken.START_OBJECT
                        ? "an object within"
                        : token == JsonToken.START_ARRAY ? "an array within an array" : "a " + token.name();
    }

    private CorruptFileException corrupt(String expected, String found) {
        return new CorruptFileException(
                file,
                String.format(Locale.ROOT, "%s in value %,d", expected, Math.max(1, number)),
                found,
                "Write an object with numbers a line, {\"flow\": 1.5, \"pressure\": 3}.");
    }

    @Override
    public String format() {
        return inArray ? "JSON" : "JSON lines";
    }

    @Override
    public List<String> columns() {
        List<String> all = new ArrayList<>(columns);
        if (series) {
            all.add(idName());
        }
        return all;
    }

    private String idName() {
        String name = SERIES;
        while (columns.contains(name)) {
            name += "_";
        }
        return name;
    }

    @Override
    public @Nullable String label() {
        return null;
    }

    @Override
    public @Nullable String id() {
        return series ? idName() : null;
    }

    @Override
    public @Nullable List<String> next() {
        Item item = current;
        while (item == null || step == item.steps()) {
            item = ahead.isEmpty() ? read() : ahead.remove();
            if (item == null) {
                return null;
            }
            requireKnown(item);
            current = item;
            step = 0;
        }
        List<String> row = new ArrayList<>();
        for (String column : columns) {
            row.add(item.field(column, step));
        }
        if (series) {
            row.add(Long.toString(item.number));
        }
        step++;
        return row;
    }

    private void requireKnown(Item item) {
        for (String key : item.fields.keySet()) {
            if (!columns.contains(key)) {
                throw corrupt("the keys of the values before", "'" + Excerpt.of(key) + "' for the first time");
            }
        }
        if (item.isSeries && !series) {
            throw corrupt("a row, as before", "a series");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
