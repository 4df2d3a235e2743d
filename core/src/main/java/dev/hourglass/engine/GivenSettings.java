package dev.hourglass.engine;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Settings by Keras's names, of a loss or an optimizer that is about to be made; null is what is not set. */
final class GivenSettings {
    private final Map<String, ?> given;

    /**
     * @param owner whose settings they are, such as {@code Huber}
     * @throws SettingException if one is given that the owner lacks
     */
    GivenSettings(String owner, Map<String, ?> given, List<String> known) {
        this.given = given;
        for (String setting : given.keySet()) {
            if (!known.contains(setting)) {
                throw SettingException.unknown(owner, setting, known);
            }
        }
    }

    float number(String setting, float otherwise) {
        Float value = number(setting);
        return value == null ? otherwise : value;
    }

    @Nullable
    Float number(String setting) {
        Object value = given.get(setting);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number)) {
            throw SettingException.value(setting, "a number", value);
        }
        // What float32 can't hold would otherwise be told as infinite.
        if (!Float.isFinite(number.floatValue())) {
            throw SettingException.value(setting, "a finite number of 32 bits", value);
        }
        return number.floatValue();
    }

    /** A list of numbers, or numbers in one text with spaces between them; empty if it is not set. */
    List<Float> numbers(String setting) {
        Object value = given.get(setting);
        if (value == null) {
            return List.of();
        }
        List<?> parts = value instanceof List<?> list
                ? list
                : value instanceof String text
                        ? Arrays.stream(text.strip().split("\\s+", -1))
                                .map(Named::value)
                                .toList()
                        : List.of(value);
        List<Float> numbers = new ArrayList<>();
        for (Object part : parts) {
            if (!(part instanceof Number number) || !Float.isFinite(number.floatValue())) {
                throw SettingException.value(setting, "finite numbers", part);
            }
            numbers.add(number.floatValue());
        }
        return numbers;
    }

    /** Null where it is not given. */
    @Nullable
    Integer wholeNumber(String setting) {
        Float number = number(setting);
        if (number == null) {
            return null;
        }
        if (number != Math.rint(number) || Math.abs(number) > 1 << 24) {
            throw SettingException.value(setting, "a whole number", number);
        }
        return number.intValue();
    }

    boolean flag(String setting, boolean otherwise) {
        Object value = given.get(setting);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Boolean flag)) {
            throw SettingException.value(setting, "true or false", value);
        }
        return flag;
    }

    /** The one of these settings that is given, or null. */
    @Nullable
    String only(String... settings) {
        List<String> set = new ArrayList<>();
        for (String setting : settings) {
            if (given.get(setting) != null) {
                set.add(setting);
            }
        }
        if (set.size() > 1) {
            throw SettingException.value(
                    set.getLast(),
                    "at most one of " + String.join(", ", Arrays.asList(settings)),
                    String.join(" and ", set));
        }
        return set.isEmpty() ? null : set.getFirst();
    }

    /** @throws SettingException if more than one is set, or one is out of its range */
    Clipping clipping() {
        String way = only("clipnorm", "global_clipnorm", "clipvalue");
        if (way == null) {
            return new Clipping.None();
        }
        float limit = number(way, 0);
        return switch (way) {
            case "clipnorm" -> new Clipping.ByNorm(limit);
            case "global_clipnorm" -> new Clipping.ByGlobalNorm(limit);
            default -> new Clipping.ByValue(limit);
        };
    }

    /**
     * A name with settings as text, such as {@code sgd:momentum=0.9,nesterov=true}.
     *
     * @param settings numbers, booleans, and text for whatever else stands there
     */
    record Named(String name, Map<String, Object> settings) {
        private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,3})?");

        static Named parse(String text) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                return new Named(text.strip(), Map.of());
            }
            Map<String, Object> settings = new LinkedHashMap<>();
            for (String part : text.substring(colon + 1).split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    throw SettingException.value("", "settings such as 'momentum=0.9,nesterov=true'", part.strip());
                }
                String setting = part.substring(0, equals).strip();
                if (settings.put(setting, value(part.substring(equals + 1).strip())) != null) {
                    throw SettingException.value(setting, "one value", "two");
                }
            }
            return new Named(text.substring(0, colon).strip(), settings);
        }

        private static Object value(String text) {
            if (NUMBER.matcher(text).matches()) {
                return new BigDecimal(text);
            }
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> text;
            };
        }

        /** What {@link #parse} reads. */
        static String text(String name, Map<String, Object> settings) {
            return settings.isEmpty()
                    ? name
                    : settings.entrySet().stream()
                            .map(setting -> setting.getKey() + "=" + setting.getValue())
                            .collect(Collectors.joining(",", name + ":", ""));
        }
    }

    static void requireAtLeastZero(String setting, float value) {
        if (!(value >= 0 && value < Float.POSITIVE_INFINITY)) {
            throw SettingException.value(setting, "a number >= 0", value);
        }
    }

    static void requirePositive(String setting, float value) {
        if (!(value > 0 && value < Float.POSITIVE_INFINITY)) {
            throw SettingException.value(setting, "a number > 0", value);
        }
    }

    /** A part of 1 that is kept from step to step. */
    static void requireDecay(String setting, float value) {
        if (!(value >= 0 && value < 1)) {
            throw SettingException.value(setting, "a number >= 0 and < 1", value);
        }
    }

    /** A part of 1. */
    static void requirePart(String setting, float value) {
        if (!(value >= 0 && value <= 1)) {
            throw SettingException.value(setting, "a number from 0 to 1", value);
        }
    }
}
