package dev.hourglass.model.variables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Settings by Keras's names: numbers, texts, flags and lists. Each is used, or {@link #requireNoMore} refuses it. */
public final class NamedSettings {
    private final Map<String, ?> given;
    private final Set<String> seen = new HashSet<>();

    NamedSettings(Map<String, ?> given) {
        this.given = given;
    }

    /** A name of Keras's however it is written: {@code he_normal} and {@code HeNormal} are the same. */
    static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    void ignore(String... settings) {
        seen.addAll(List.of(settings));
    }

    float number(String setting, float otherwise) {
        seen.add(setting);
        Object value = given.get(setting);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Number number) {
            return number.floatValue();
        }
        throw new IllegalArgumentException(setting + " must be a number, got " + value);
    }

    /** Whether it is this text. */
    boolean isText(String setting, String text) {
        seen.add(setting);
        return text.equals(given.get(setting));
    }

    <E extends Enum<E>> E oneOf(String setting, Class<E> names, E otherwise) {
        seen.add(setting);
        Object value = given.get(setting);
        if (value == null) {
            return otherwise;
        }
        List<String> known = Arrays.stream(names.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        int place = known.indexOf(value.toString());
        if (place < 0) {
            throw new IllegalArgumentException(
                    setting + " must be one of " + String.join(", ", known) + ", got " + value);
        }
        return names.getEnumConstants()[place];
    }

    /** One whole number, or a list of them. */
    List<Integer> wholes(String setting, int otherwise) {
        seen.add(setting);
        Object value = given.get(setting);
        if (value == null) {
            return List.of(otherwise);
        }
        List<Integer> wholes = new ArrayList<>();
        for (Object item : value instanceof List<?> several ? several : List.of(value)) {
            if (!(item instanceof Number number) || number.doubleValue() != number.intValue()) {
                throw new IllegalArgumentException(setting + " must be a whole number or a list of them, got " + value);
            }
            wholes.add(number.intValue());
        }
        return List.copyOf(wholes);
    }

    /** @param of whom the settings are, in the error */
    void requireNoMore(String of) {
        for (String setting : new TreeSet<>(given.keySet())) {
            if (!seen.contains(setting)) {
                seen.remove("seed");
                throw new IllegalArgumentException(of + " has no setting '" + setting + "'"
                        + (seen.isEmpty() ? "" : "; it has " + String.join(", ", new TreeSet<>(seen))));
            }
        }
    }
}
