package dev.hourglass.data.tables;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rows of a {@link RowSource} as CSV, the names in the first line. */
final class RowText extends InputStream {
    private static final int AT_ONCE = 1 << 16;

    private final RowSource rows;
    private byte[] bytes;
    private int at;

    RowText(RowSource rows) {
        this.rows = rows;
        StringBuilder names = new StringBuilder();
        append(rows.columns(), names);
        bytes = names.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(List<String> fields, StringBuilder line) {
        for (int i = 0; i < fields.size(); i++) {
            String field = fields.get(i);
            line.append(i == 0 ? "" : ",");
            if (isPlain(field)) {
                line.append(field);
            } else {
                line.append('"').append(field.replace("\"", "\"\"")).append('"');
            }
        }
        line.append('\n');
    }

    private static boolean isPlain(String field) {
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (!digit && !letter && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
        if (at == bytes.length) {
            StringBuilder more = new StringBuilder();
            for (List<String> row = rows.next(); row != null; row = more.length() < AT_ONCE ? rows.next() : null) {
                append(row, more);
            }
            bytes = more.toString().getBytes(StandardCharsets.UTF_8);
            at = 0;
            if (bytes.length == 0) {
                return -1;
            }
        }
        int count = Math.min(most, bytes.length - at);
        System.arraycopy(bytes, at, into, from, count);
        at += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
