package dev.hourglass.data.files;

import dev.hourglass.files.Excerpt;
import dev.hourglass.tensor.CorruptFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The text in the header of an NPY file: a Python dictionary with the keys {@code descr}, {@code fortran_order} and
 * {@code shape}, such as {@code {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }}.
 *
 * @param type NumPy's code with the byte order, such as {@code <f4}
 * @param shape not checked
 */
record NpyDescription(String type, boolean fortranOrder, List<Long> shape) {
    private static final int MAX_DIGITS = 18;
    private static final int MAX_DIMENSIONS = 64;

    /** @throws CorruptFileException if the text is anything else, and nothing of it is evaluated */
    static NpyDescription parse(String place, String text) {
        return new Parser(place, text).description();
    }

    /** Understands strings without escapes, True, False and tuples of whole numbers, in one dictionary. */
    private static final class Parser {
        private final String place;
        private final String text;
        private int at;

        Parser(String place, String text) {
            this.place = place;
            this.text = text;
        }

        NpyDescription description() {
            Map<String, Object> values = new LinkedHashMap<>();
            expect('{');
            while (!accept('}')) {
                String key = string();
                expect(':');
                Object value = switch (key) {
                    case "descr" -> type();
                    case "fortran_order" -> truth();
                    case "shape" -> tuple();
                    default -> throw corrupt("descr, fortran_order or shape", "'" + Excerpt.of(key) + "'");
                };
                if (values.put(key, value) != null) {
                    throw corrupt("each key once", "'" + key + "' again");
                }
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            skipBlanks();
            if (at < text.length()) {
                throw corrupt("the end of the header", found());
            }
            if (values.get("descr") instanceof String type
                    && values.get("fortran_order") instanceof Boolean fortranOrder
                    && values.get("shape") instanceof Tuple shape) {
                return new NpyDescription(type, fortranOrder, shape.numbers);
            }
            throw corrupt("descr, fortran_order and shape", "only " + values.keySet());
        }

        private String type() {
            skipBlanks();
            if (at < text.length() && text.charAt(at) == '[') {
                throw new CorruptFileException(
                        place,
                        "an array of plain numbers",
                        "records with fields",
                        "Save each field as an array of its own.");
            }
            return string();
        }

        private String string() {
            skipBlanks();
            char quote = at < text.length() ? text.charAt(at) : ' ';
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
                throw corrupt("a string", found());
            }
            String string = text.substring(at + 1, end);
            at = end + 1;
            return string;
        }

        private boolean truth() {
            skipBlanks();
            if (text.startsWith("True", at)) {
                at += 4;
                return true;
            }
            if (text.startsWith("False", at)) {
                at += 5;
                return false;
            }
            throw corrupt("True or False", found());
        }

        /** Tells a shape from other values in the map. */
        private record Tuple(List<Long> numbers) {}

        private Tuple tuple() {
            List<Long> numbers = new ArrayList<>();
            expect('(');
            while (!accept(')')) {
                numbers.add(number());
                if (numbers.size() > MAX_DIMENSIONS) {
                    throw corrupt("at most " + MAX_DIMENSIONS + " dimensions", "more");
                }
                if (!accept(',')) {
                    expect(')');
                    break;
                }
            }
            return new Tuple(List.copyOf(numbers));
        }

        private long number() {
            skipBlanks();
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            if (at == start || at - start > MAX_DIGITS) {
                at = start;
                throw corrupt("a dimension of 1 to " + MAX_DIGITS + " digits", found());
            }
            long number = Long.parseLong(text.substring(start, at));
            // As Python 2 wrote it.
            if (at < text.length() && text.charAt(at) == 'L') {
                at++;
            }
            return number;
        }

        private void expect(char wanted) {
            if (!accept(wanted)) {
                throw corrupt("'" + wanted + "'", found());
            }
        }

        private boolean accept(char wanted) {
            skipBlanks();
            boolean there = at < text.length() && text.charAt(at) == wanted;
            at += there ? 1 : 0;
            return there;
        }

        private void skipBlanks() {
            while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private String found() {
            return at < text.length() ? "'" + Excerpt.of(text.substring(at)) + "'" : "its end";
        }

        private CorruptFileException corrupt(String expected, String found) {
            return new CorruptFileException(
                    place,
                    expected + " at character " + (at + 1) + " of the header",
                    found,
                    "Save the array again with numpy.save.");
        }
    }
}
