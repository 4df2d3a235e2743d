package dev.hourglass.server.http;

import dev.hourglass.files.Spelling;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The query parameters of a request, validated. */
public record Query(Context context) {
    Optional<String> text(String name) {
        return Optional.ofNullable(context.queryParam(name)).filter(text -> !text.isEmpty());
    }

    public String text(String name, String otherwise) {
        return text(name).orElse(otherwise);
    }

    public String required(String name) {
        return text(name)
                .orElseThrow(() -> ApiException.malformed(
                        name, "The parameter '" + name + "' is missing.", "Add it to the address."));
    }

    /** A word of a list. */
    public String choice(String name, List<String> choices) {
        String word = text(name, choices.getFirst());
        if (!choices.contains(word)) {
            throw ApiException.malformed(
                    name,
                    name + " must be one of " + String.join(", ", choices) + ", got '" + ErrorResponses.excerpt(word)
                            + "'." + Spelling.hint(word, choices),
                    "Give one of these.");
        }
        return word;
    }

    public OptionalInt integer(String name, int least, int most) {
        Optional<String> text = text(name);
        return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(integer(name, text.get(), least, most));
    }

    public int integer(String name, int least, int most, int otherwise) {
        return integer(name, least, most).orElse(otherwise);
    }

    /** A whole number in the path. */
    public int path(String name, int least, int most) {
        return integer(name, context.pathParam(name), least, most);
    }

    private static int integer(String name, String text, int least, int most) {
        String expected = name + " must be a whole number from " + least + " to " + most + ", got '"
                + ErrorResponses.excerpt(text) + "'.";
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw ApiException.malformed(name, expected, "Give such a number.");
        }
        throw ApiException.malformed(name, expected, "Give a number in this range.");
    }

    public OptionalDouble number(String name, double least, double most) {
        Optional<String> text = text(name);
        return text.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(number(name, text.get(), least, most));
    }

    public static double number(String name, String text, double least, double most) {
        double value;
        try {
            value = Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        if (!(value >= least && value <= most)) {
            throw ApiException.malformed(
                    name,
                    name + " must be a number from " + least + " to " + most + ", got '" + ErrorResponses.excerpt(text)
                            + "'.",
                    "Give such a number.");
        }
        return value;
    }

    public double requiredNumber(String name, double least, double most) {
        return number(name, required(name), least, most);
    }

    public boolean flag(String name) {
        return choice(name, List.of("false", "true")).equals("true");
    }

    /** Whole numbers with commas between them; empty if the parameter is missing. */
    public List<Integer> integers(String name) {
        List<Integer> values = new ArrayList<>();
        for (String part : text(name, "").split(",", -1)) {
            if (!part.isBlank()) {
                values.add(integer(name, part.strip(), 0, Integer.MAX_VALUE));
            }
        }
        return values;
    }
}
