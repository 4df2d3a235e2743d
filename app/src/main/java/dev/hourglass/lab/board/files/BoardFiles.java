package dev.hourglass.lab.board.files;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.lab.board.BoardKind;
import dev.hourglass.lab.board.BoardResult;
import dev.hourglass.lab.board.BoardResult.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A board's table as text, CSV, JSON and a section of a document. */
public final class BoardFiles {
    private BoardFiles() {}

    public static void write(Path folder, BoardKind kind, BoardResult result) throws IOException {
        AtomicFile.write(folder.resolve("board.txt"), text(result));
        AtomicFile.write(folder.resolve("board.csv"), csv(result));
        AtomicFile.write(folder.resolve("board.json"), json(kind, result));
    }

    /** For a terminal. */
    public static String text(BoardResult result) {
        List<List<String>> cells = cells(result);
        int[] widths = IntStream.range(0, cells.getFirst().size())
                .map(column -> cells.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElseThrow())
                .toArray();
        StringBuilder text = new StringBuilder(result.title() + "\n\n");
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder("  ");
            for (int column = 0; column < widths.length; column++) {
                String format = column == 0 ? "%-" + widths[0] + "s" : "  %" + widths[column] + "s";
                line.append(String.format(Locale.ROOT, format, row.get(column)));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        result.notes().forEach(note -> text.append('\n').append(note).append('\n'));
        return text.toString();
    }

    private static List<List<String>> cells(BoardResult result) {
        List<List<String>> cells = new ArrayList<>();
        List<String> names = new ArrayList<>(List.of("detector"));
        result.columns().forEach(column -> names.add(column.name()));
        cells.add(names);
        for (BoardResult.Row row : result.rows()) {
            List<String> line = new ArrayList<>(List.of(row.detector()));
            double[] values = row.values();
            for (int i = 0; i < values.length; i++) {
                int digits = result.columns().get(i).digits();
                line.add(Double.isNaN(values[i]) ? "" : String.format(Locale.ROOT, "%." + digits + "f", values[i]));
            }
            cells.add(line);
        }
        return cells;
    }

    private static String csv(BoardResult result) {
        StringBuilder text = new StringBuilder("detector");
        result.columns().forEach(column -> text.append(',').append(column.name().replace(',', ' ')));
        text.append('\n');
        for (BoardResult.Row row : result.rows()) {
            text.append(row.detector().replace(',', ' '));
            for (double value : row.values()) {
                text.append(',').append(Double.isNaN(value) ? "" : Double.toString(value));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String json(BoardKind kind, BoardResult result) {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        root.put("board", kind.word());
        root.put("title", result.title());
        var rows = root.putArray("detectors");
        for (BoardResult.Row row : result.rows()) {
            ObjectNode node = rows.addObject();
            node.put("detector", row.detector());
            double[] values = row.values();
            for (int i = 0; i < values.length; i++) {
                Column column = result.columns().get(i);
                node.put(column.name(), Double.isNaN(values[i]) ? null : (Double) values[i]);
            }
        }
        var notes = root.putArray("notes");
        result.notes().forEach(notes::add);
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    /**
     * Puts a board's section into a document: in the place of an earlier one of the same board, else at its end.
     *
     * @param command that made the numbers
     */
    public static void document(Path file, BoardKind kind, BoardResult result, String command) throws IOException {
        String open = "<!-- board " + kind.word() + " -->\n";
        String close = "<!-- end of board " + kind.word() + " -->\n";
        String before = Files.exists(file) ? Files.readString(file) : "# Boards\n\n";
        String section = open + section(result, command) + close;
        int from = before.indexOf(open);
        int to = before.indexOf(close);
        String after = from >= 0 && to > from
                ? before.substring(0, from) + section + before.substring(to + close.length())
                : before.stripTrailing() + "\n\n" + section;
        AtomicFile.write(file, after);
    }

    private static String section(BoardResult result, String command) {
        StringBuilder text = new StringBuilder("## " + result.title() + "\n\n    " + command + "\n\n");
        List<List<String>> cells = cells(result);
        for (int row = 0; row < cells.size(); row++) {
            text.append(cells.get(row).stream().collect(Collectors.joining(" | ", "| ", " |\n")));
            if (row == 0) {
                text.append("|---")
                        .append("|---:".repeat(result.columns().size()))
                        .append("|\n");
            }
        }
        result.notes().forEach(note -> text.append('\n').append(note).append('\n'));
        return text.toString();
    }
}
