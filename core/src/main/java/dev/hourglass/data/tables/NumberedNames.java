package dev.hourglass.data.tables;

import dev.hourglass.data.tables.values.Decimals;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Tells whether a table's first line, which is of numbers, names the columns, as pandas writes columns without names. */
final class NumberedNames {
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}([.,]0+)?");

    private final List<String> names;
    private final double[] numbers;
    /** What stands below the names. */
    private final List<List<String>> below;

    private final byte decimal;
    /** Whether the first line is empty where all below number the rows, so that it is no row. */
    private final boolean index;

    /** What a first line of numbers is. */
    enum Verdict {
        /** Names that count from 0 or 1. */
        COUNTED,
        /** Names that are numbers as no column has them, such as years or wavelengths. */
        UNLIKE_ROWS,
        /** A row, as far as can be told, though it may be names. */
        DOUBTED_ROW,
        ROW
    }

    private NumberedNames(List<String> names, List<List<String>> below, byte decimal, boolean index) {
        this.index = index;
        this.names = names;
        this.below = below;
        this.decimal = decimal;
        numbers = numbers(names);
    }

    /**
     * @param rows the first of a table
     * @param decimal the sign before fractions
     */
    static Verdict verdict(List<List<String>> rows, byte decimal) {
        if (rows.size() < 2) {
            return Verdict.ROW;
        }
        List<String> first = rows.getFirst();
        int width = first.size();
        List<List<String>> others = rows.subList(1, rows.size()).stream()
                .filter(row -> row.size() == width)
                .toList();
        boolean index = width > 1
                && first.getFirst().isEmpty()
                && others.stream().noneMatch(row -> row.getFirst().isEmpty());
        int from = index ? 1 : 0;
        int end = width;
        while (end > from && first.get(end - 1).isEmpty()) {
            end--;
        }
        int to = end;
        List<List<String>> below =
                others.stream().map(row -> row.subList(from, to)).toList();
        return new NumberedNames(first.subList(from, to), below, decimal, index).verdict();
    }

    private Verdict verdict() {
        if (names.isEmpty() || below.isEmpty() || Arrays.stream(numbers).anyMatch(Double::isNaN)) {
            return Verdict.ROW;
        }
        boolean counts = counts(names);
        boolean goesOn = counts(below.getFirst());
        Pattern asNames = names.stream().allMatch(DIGITS.asMatchPredicate()) ? DIGITS : WHOLE;
        boolean onlyWhole =
                areWhole(names) && below.stream().flatMap(List::stream).noneMatch(asNames.asMatchPredicate());
        if (counts && numbers[0] <= 1) {
            int enough = numbers[0] == 0 ? 2 : 3; // A row that begins 1, 2 is likelier than 0, 1.
            if (onlyWhole || index || (names.size() >= enough && !goesOn)) {
                return Verdict.COUNTED;
            }
        }
        if (names.size() >= 3 && rises() && isFarOff()) {
            return Verdict.UNLIKE_ROWS;
        }
        boolean differ = names.size() >= 2 && new HashSet<>(names).size() == names.size();
        boolean alone = names.size() == 1 && numbers[0] == 0 && isFarOff();
        return (onlyWhole && differ) || (counts && names.size() >= 3 && !goesOn) || alone
                ? Verdict.DOUBTED_ROW
                : Verdict.ROW;
    }

    private static boolean isWhole(String field) {
        return WHOLE.matcher(field).matches();
    }

    private static boolean areWhole(List<String> fields) {
        return fields.stream().allMatch(NumberedNames::isWhole);
    }

    private double[] numbers(List<String> fields) {
        return fields.stream()
                .map(field -> field.getBytes(StandardCharsets.UTF_8))
                .mapToDouble(field -> Decimals.parse(field, 0, field.length, decimal))
                .toArray();
    }

    private boolean counts(List<String> fields) {
        double[] counted = numbers(fields);
        for (int i = 0; i < counted.length; i++) {
            if (!isWhole(fields.get(i)) || counted[i] != counted[0] + i) {
                return false;
            }
        }
        return counted.length > 0;
    }

    private boolean rises() {
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] <= numbers[i - 1]) {
                return false;
            }
        }
        return true;
    }

    /** Whether each is farther from its column's numbers than these are from each other. */
    private boolean isFarOff() {
        double[] least = new double[numbers.length];
        double[] most = new double[numbers.length];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        for (List<String> row : below) {
            double[] values = numbers(row);
            for (int i = 0; i < values.length; i++) {
                if (!Double.isNaN(values[i])) {
                    least[i] = Math.min(least[i], values[i]);
                    most[i] = Math.max(most[i], values[i]);
                }
            }
        }
        for (int i = 0; i < numbers.length; i++) {
            double range = most[i] - least[i];
            boolean far = numbers[i] < least[i] - range || numbers[i] > most[i] + range;
            if (!(range > 0) || !far) {
                return false;
            }
        }
        return true;
    }
}
