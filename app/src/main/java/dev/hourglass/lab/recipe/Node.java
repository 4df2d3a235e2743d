package dev.hourglass.lab.recipe;

import dev.hourglass.files.Spelling;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;

/** A parsed recipe whose every part knows where it stands, so that a mistake can be shown where it was made. */
sealed interface Node {
    Place place();

    /** For error messages, such as {@code 'many'} or {@code a list}. */
    String found();

    enum Kind {
        TEXT,
        INTEGER,
        DECIMAL,
        BOOLEAN,
        NOTHING
    }

    record Scalar(Place place, Kind kind, String text) implements Node {
        @Override
        public String found() {
            return switch (kind) {
                case TEXT -> "'" + abbreviated() + "'";
                case INTEGER, DECIMAL, BOOLEAN -> abbreviated();
                case NOTHING -> "nothing";
            };
        }

        private String abbreviated() {
            String line = text.replaceAll("\\p{Cntrl}+", " ");
            return line.length() <= 60 ? line : line.substring(0, 57) + "...";
        }
    }

    record Sequence(Place place, List<Node> items) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String found() {
            return "a list";
        }
    }

    /** @param entries in the order of the recipe */
    record Mapping(Place place, Map<String, Entry> entries) implements Node {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public String found() {
            return "a mapping";
        }

        /** @throws RecipeException at the first key that is none of the given ones */
        Mapping allowing(String... keys) {
            entries.forEach((key, entry) -> {
                if (!Arrays.asList(keys).contains(key)) {
                    String takes = keys.length == 0 ? "takes no settings" : "takes " + String.join(", ", keys);
                    throw entry.key()
                            .error("expected a known key, found '" + key + "'."
                                    + Spelling.nearest(key, List.of(keys))
                                            .map(meant -> " Did you mean '" + meant + "'?")
                                            .orElse(" This part " + takes + "."));
                }
            });
            return this;
        }

        /** Both together; of keys that both have, this one's value. */
        Mapping over(Mapping defaults) {
            Map<String, Entry> all = new LinkedHashMap<>(defaults.entries);
            all.putAll(entries);
            return new Mapping(place, all);
        }

        Mapping without(String key) {
            Map<String, Entry> others = new LinkedHashMap<>(entries);
            others.remove(key);
            return new Mapping(place, others);
        }

        Optional<Node> find(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        /** @param example what the user could write, such as {@code filters: 32} */
        Node require(String key, String example) {
            return find(key)
                    .orElseThrow(() -> place.error(
                            "expected the key '" + key + "', found none. Add it, such as '" + example + "'."));
        }
    }

    /** @param key where the key stands; the value may start on a later line */
    record Entry(Place key, Node value) {}

    default Mapping asMapping(String expected) {
        if (this instanceof Mapping mapping) {
            return mapping;
        }
        throw mismatch(expected);
    }

    default List<Node> asItems(String expected) {
        if (this instanceof Sequence sequence && !sequence.items().isEmpty()) {
            return sequence.items();
        }
        throw this instanceof Sequence
                ? place().error("expected " + expected + ", found an empty list.")
                : mismatch(expected);
    }

    default String asText(String expected) {
        if (this instanceof Scalar scalar
                && scalar.kind() != Kind.NOTHING
                && !scalar.text().isBlank()) {
            return scalar.text();
        }
        throw mismatch(expected);
    }

    default boolean asBoolean() {
        if (this instanceof Scalar scalar && scalar.kind() == Kind.BOOLEAN) {
            return Boolean.parseBoolean(scalar.text().toLowerCase(Locale.ROOT));
        }
        throw mismatch("true or false");
    }

    default long asWholeNumber(long min, long max) {
        String expected = max == Long.MAX_VALUE
                ? (min == Long.MIN_VALUE ? "a whole number of at most 64 bits" : "a whole number >= " + min)
                : "a whole number from " + min + " to " + max;
        if (this instanceof Scalar scalar && scalar.kind() == Kind.INTEGER) {
            try {
                long value = Long.parseLong(scalar.text());
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // More digits than a long has: out of range as well.
            }
        }
        throw mismatch(expected);
    }

    default int asInt(int min, int max) {
        return Math.toIntExact(asWholeNumber(min, max));
    }

    /** @param expected the range in words, checked by the caller's {@code accepts} */
    default float asFloat(String expected, DoublePredicate accepts) {
        return number().map(BigDecimal::floatValue)
                .filter(value -> Float.isFinite(value) && accepts.test(value))
                .orElseThrow(() -> mismatch(expected));
    }

    /** @param expected the range in words, checked by the caller's {@code accepts} */
    default double asDouble(String expected, DoublePredicate accepts) {
        return number().map(BigDecimal::doubleValue)
                .filter(value -> Double.isFinite(value) && accepts.test(value))
                .orElseThrow(() -> mismatch(expected));
    }

    /** Empty for anything else, YAML's .inf and .nan included: numbers that no setting takes. */
    private Optional<BigDecimal> number() {
        if (this instanceof Scalar scalar && (scalar.kind() == Kind.INTEGER || scalar.kind() == Kind.DECIMAL)) {
            try {
                return Optional.of(new BigDecimal(scalar.text()));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** A constant by its name in Keras, which is the name in lower case. */
    default <E extends Enum<E>> E asOneOf(Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        String expected = "one of " + String.join(", ", names);
        String text = asText(expected);
        int index = names.indexOf(text);
        if (index < 0) {
            throw place().error("expected " + expected + ", found " + found() + "."
                    + Spelling.nearest(text, names)
                            .map(meant -> " Did you mean '" + meant + "'?")
                            .orElse(""));
        }
        return type.getEnumConstants()[index];
    }

    /** @param recipeFolder what a path that isn't absolute goes from */
    default Path asPath(String expected, RecipeFolder recipeFolder) {
        String text = asText(expected);
        try {
            return recipeFolder.resolve(text, place());
        } catch (InvalidPathException e) {
            throw place().error("expected " + expected + ", found " + found() + ".", e);
        }
    }

    private RecipeException mismatch(String expected) {
        return place().error("expected " + expected + ", found " + found() + ".");
    }
}
