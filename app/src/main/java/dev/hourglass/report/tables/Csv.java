package dev.hourglass.report.tables;

/** CSV according to RFC 4180: CRLF after every line, quotes where a field needs them. */
public final class Csv {
    private Csv() {}

    /** One line. Numbers are written so that they read back as the same number, what is not finite as an empty field. */
    static String line(Object... fields) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < fields.length; i++) {
            line.append(i == 0 ? "" : ",").append(field(fields[i]));
        }
        return line.append("\r\n").toString();
    }

    /** One field, quoted where it has to be. */
    public static String field(Object value) {
        if (value instanceof Double number && !Double.isFinite(number)) {
            return "";
        }
        String text = value.toString();
        boolean quoted = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
