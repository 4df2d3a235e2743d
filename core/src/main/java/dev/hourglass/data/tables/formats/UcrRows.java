package dev.hourglass.data.tables.formats;

import dev.hourglass.data.tables.Gaps;
import dev.hourglass.data.tables.TextLines;
import dev.hourglass.data.tables.values.Decimals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code .tsv} and {@code .txt} files of the UCR archive, and {@code .csv} with its names in capitals: a series a line,
 * behind its class.
 */
public final class UcrRows extends CaseRows {
    /** Many a CSV file is called so that is a plain table, such as mnist_train.csv; the archive's names are in capitals. */
    private static final Pattern NAME =
            Pattern.compile("(?s).*((?i:_(train|test)\\.(tsv|txt))|_(TRAIN|TEST)\\.csv)(\\.gz|\\.zip)?");

    private static final Pattern BETWEEN = Pattern.compile("\\s*[,\\s]\\s*");
    private static final Pattern CLASS_NUMBER = Pattern.compile("[+-]?\\d{1,6}(\\.0*)?(e[+-]?\\d+)?");

    private final TextLines lines;

    public UcrRows(Path file) throws IOException {
        this(new TextLines(file));
    }

    private UcrRows(TextLines lines) throws IOException {
        super(lines, "series");
        this.lines = lines;
        begin();
    }

    /** Whether a file is called as those of the archive, and its first line begins with a class and goes on with numbers. */
    public static boolean is(Path file) throws IOException {
        if (!NAME.matcher(String.valueOf(file.getFileName())).matches()) {
            return false;
        }
        try (TextLines lines = new TextLines(file)) {
            String line = lines.next();
            String[] fields = line == null ? new String[0] : BETWEEN.split(line, -1);
            return fields.length > 3
                    && CLASS_NUMBER.matcher(fields[0]).matches()
                    && Arrays.stream(fields).allMatch(UcrRows::isNumber);
        }
    }

    private static boolean isNumber(String field) {
        byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
        return Gaps.USUAL.isGap(field) || !Double.isNaN(Decimals.parse(bytes, 0, bytes.length, (byte) '.'));
    }

    @Override
    @Nullable
    Case read() throws IOException {
        String line = lines.next();
        while (line != null && line.isEmpty()) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        String[] fields = BETWEEN.split(line, -1);
        if (fields.length < 2) {
            throw lines.corrupt("a class and a series", "one field", "");
        }
        return new Case(List.<String[]>of(Arrays.copyOfRange(fields, 1, fields.length)), plain(fields[0]));
    }

    /** Older files write the class 1 as 1.0000000e+00. */
    private static String plain(String label) {
        try {
            double number = Double.parseDouble(label);
            return number == (int) number ? Integer.toString((int) number) : label;
        } catch (NumberFormatException e) {
            return label;
        }
    }

    @Override
    boolean hasLabels() {
        return true;
    }

    @Override
    public String format() {
        return "UCR, a series a line behind its class ('header: 0' reads a plain table)";
    }
}
