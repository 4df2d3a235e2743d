package dev.hourglass.formats.json;

import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A value of a JSON document that knows where it stands, so that an error about it can say so. */
public sealed interface Json {
    Place place();

    record Mapping(Place place, Map<String, Json> members) implements Json {
        /** The member, or null where there is none or it is {@code null}. */
        public @Nullable Json find(String name) {
            Json member = members.get(name);
            return member instanceof Nothing ? null : member;
        }

        /** @throws CorruptFileException if there is no such member */
        public Json get(String name) {
            Json member = members.get(name);
            if (member == null) {
                throw place.corrupt("a member '" + name + "'", "none");
            }
            return member;
        }

        /** The same with this member, whether or not it had one of the name. */
        public Mapping with(String name, Json value) {
            Map<String, Json> changed = new LinkedHashMap<>(members);
            changed.put(name, value);
            return new Mapping(place, changed);
        }

        /** The same without the member, if it has it. */
        public Mapping without(String name) {
            Map<String, Json> others = new LinkedHashMap<>(members);
            others.remove(name);
            return new Mapping(place, others);
        }
    }

    record Sequence(Place place, List<Json> items) implements Json {}

    record Text(Place place, String value) implements Json {}

    /** @param text as in the document */
    record Numeral(Place place, String text) implements Json {
        double value() {
            return Double.parseDouble(text);
        }
    }

    record Flag(Place place, boolean value) implements Json {}

    record Nothing(Place place) implements Json {}

    /**
     * Where a value stands. A link to the place around it instead of a whole path: there is one for each value.
     *
     * @param document the file, and the part of it that is JSON
     * @param step from the place around it, such as {@code .layers} or {@code [3]}
     */
    record Place(Document document, @Nullable Place around, String step) {
        Place member(String name) {
            return new Place(document, this, "." + name);
        }

        Place item(int index) {
            return new Place(document, this, "[" + index + "]");
        }

        public CorruptFileException corrupt(String expected, String found) {
            return new CorruptFileException(
                    document.file, expected + " at " + this, found, "Get the file again or save the model again.");
        }

        /** Such as {@code config.json: .config.layers[2].config}. */
        @Override
        public String toString() {
            StringBuilder path = new StringBuilder();
            for (Place place = this; place != null; place = place.around) {
                path.insert(0, place.step);
            }
            return document.name + (path.isEmpty() ? "" : ": " + path);
        }
    }

    /** @param name what of the file is JSON, such as {@code config.json} */
    record Document(Path file, String name) {}

    default Mapping asMapping() {
        if (this instanceof Mapping mapping) {
            return mapping;
        }
        throw isNot("an object");
    }

    default Sequence asSequence() {
        if (this instanceof Sequence sequence) {
            return sequence;
        }
        throw isNot("a list");
    }

    default String asText() {
        if (this instanceof Text text) {
            return text.value;
        }
        throw isNot("a text");
    }

    default boolean asFlag() {
        if (this instanceof Flag flag) {
            return flag.value;
        }
        throw isNot("true or false");
    }

    default double asNumber() {
        if (this instanceof Numeral number) {
            return number.value();
        }
        throw isNot("a number");
    }

    /** A whole number that an int holds. */
    default int asWhole() {
        double value = asNumber();
        if (value == (int) value) {
            return (int) value;
        }
        throw isNot("a whole number of 32 bits");
    }

    private CorruptFileException isNot(String expected) {
        return place().corrupt(expected, excerpt());
    }

    /** The value in one short line, as an error shows it. */
    default String excerpt() {
        String whole = compact(3);
        return whole.length() <= 60 ? whole : whole.substring(0, 57) + "...";
    }

    /** As JSON without spaces, whole numbers without a point; what lies deeper is left out. */
    private String compact(int depth) {
        if (depth == 0) {
            return "...";
        }
        return switch (this) {
            case Mapping mapping ->
                mapping.members.entrySet().stream()
                        .limit(4)
                        .map(member -> printable(member.getKey()) + ":"
                                + member.getValue().compact(depth - 1))
                        .collect(Collectors.joining(",", "{", "}"));
            case Sequence sequence ->
                sequence.items.stream()
                        .limit(8)
                        .map(item -> item.compact(depth - 1))
                        .collect(Collectors.joining(",", "[", "]"));
            case Text text -> "'" + printable(text.value) + "'";
            case Numeral number ->
                number.value() == (long) number.value() ? Long.toString((long) number.value()) : number.text;
            case Flag flag -> Boolean.toString(flag.value);
            case Nothing ignored -> "null";
        };
    }

    /** The start of a text on one line, without control characters: it goes into an error, and so to a terminal. */
    static String printable(String text) {
        String start = text.length() <= 80 ? text : text.substring(0, 77) + "...";
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
