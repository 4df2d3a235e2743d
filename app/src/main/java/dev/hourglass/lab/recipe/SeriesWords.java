package dev.hourglass.lab.recipe;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the settings of a table are written as text, in a recipe and on the command line. Empty where it is none. */
public final class SeriesWords {
    public static final String DELIMITER = "one character such as ';', or tab or space";
    public static final String DECIMAL = "',' or '.'";
    public static final String ZONE = "a time zone such as Europe/Berlin or +02:00";
    public static final String DURATION = "a time such as 10s, 1min, 1h or 1d";

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d+(?:\\.\\d+)?) ?(ms|s|min|h|d)");

    private SeriesWords() {}

    public static Optional<Character> delimiter(String text) {
        char character = text.equals("tab") || text.equals("\\t")
                ? '\t'
                : text.equals("space") ? ' ' : text.length() == 1 ? text.charAt(0) : '"';
        boolean none = character >= 128 || "\"#\r\n".indexOf(character) >= 0 || Character.isLetterOrDigit(character);
        return none ? Optional.empty() : Optional.of(character);
    }

    public static Optional<Character> decimal(String text) {
        return text.equals(",") || text.equals(".") ? Optional.of(text.charAt(0)) : Optional.empty();
    }

    public static Optional<ZoneId> zone(String text) {
        try {
            return Optional.of(ZoneId.of(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    public static Optional<Duration> duration(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double unitNanos = switch (matcher.group(2)) {
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "min" -> 60e9;
            case "h" -> 3600e9;
            case "d" -> 86_400e9;
            default -> Double.NaN;
        };
        double nanos = Double.parseDouble(matcher.group(1)) * unitNanos;
        return nanos >= 1 && nanos < Long.MAX_VALUE
                ? Optional.of(Duration.ofNanos(Math.round(nanos)))
                : Optional.empty();
    }
}
