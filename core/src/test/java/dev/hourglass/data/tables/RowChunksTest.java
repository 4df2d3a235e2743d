package dev.hourglass.data.tables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows in chunks against the same rows one after the other. */
class RowChunksTest {
    private static final TableOptions OPTIONS =
            TableOptions.DEFAULT.withSyntax(new TableOptions.Syntax(',', '.', 1, List.of("-999")));

    @TempDir
    private Path folder;

    @Test
    void rowsAndMessagesAreThoseOfOneThread() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int failed = 0;
        int whole = 0;
        for (int i = 0; i < 400; i++) {
            Path file = folder.resolve("table.csv");
            Files.writeString(file, text(random), StandardCharsets.UTF_8);
            int threads = 1 + random.nextInt(3);
            int bytes = 1 + random.nextInt(300);

            String expected = told(file, 0, 0);
            String found = told(file, threads, bytes);

            assertThat(found)
                    .as("seed %d, table %d, %d threads, chunks of %d bytes", seed, i, threads, bytes)
                    .isEqualTo(expected);
            failed += expected.contains("expected") ? 1 : 0;
            whole += expected.contains("expected") ? 0 : 1;
        }
        assertThat(failed).as("seed %d", seed).isGreaterThan(20);
        assertThat(whole).as("seed %d", seed).isGreaterThan(100);
    }

    @Test
    void largeFilesAreReadInChunks() throws IOException {
        Path file = folder.resolve("large.csv");
        Random random = new Random(7);
        String rows = IntStream.range(0, 90_000)
                .mapToObj(row -> row + "," + random.nextGaussian() + "," + random.nextInt(1000) / 100f)
                .collect(Collectors.joining("\n"));
        Files.writeString(file, "a,b,c\n" + rows);

        Table table = TableReader.readAll(file, TableOptions.DEFAULT);

        assertThat(Files.size(file)).isGreaterThan(2L * RowChunks.CHUNK_BYTES);
        String[] lines = rows.split("\n", -1);
        assertThat(table.rows()).isEqualTo(lines.length);
        for (int row = 0; row < lines.length; row += 111) {
            String[] fields = lines[row].split(",", -1);
            for (int channel = 0; channel < 3; channel++) {
                assertThat(table.value(row, channel)).isEqualTo(Double.parseDouble(fields[channel]));
            }
        }
    }

    @Test
    void aBadRowFarInIsNamedByItsLine() throws IOException {
        Path file = folder.resolve("bad.csv");
        String rows = "1.5,2.5\n".repeat(400_000);
        Files.writeString(file, "a,b\n" + rows + "1.5,oops\n" + rows);

        try {
            TableReader.readAll(file, TableOptions.DEFAULT);
            throw new AssertionError("read");
        } catch (CorruptFileException e) {
            assertThat(e).hasMessageContaining("a number at line 400,002, column 2 ('b')");
        }
    }

    /** All rows as the bits of their numbers, and the message that ends them. */
    private static String told(Path file, int threads, int bytes) throws IOException {
        List<String> told = new ArrayList<>();
        try (TableReader reader = TableReader.open(file, OPTIONS)) {
            if (threads == 0) {
                RowBlock block = reader.newBlock();
                while (reader.read(block)) {
                    tell(reader, block, told);
                }
            } else {
                try (RowChunks chunks = reader.inChunks(threads, bytes)) {
                    for (RowBlock block = chunks.next(); block != null; block = chunks.next()) {
                        tell(reader, block, told);
                    }
                }
            }
        } catch (DatasetException | CorruptFileException e) {
            told.clear(); // one thread gives no rows of a block that has a bad one
            told.add(e.getMessage());
        }
        return String.join("\n", told);
    }

    private static void tell(TableReader reader, RowBlock block, List<String> told) {
        int channels = reader.layout().channels().size();
        for (int row = 0; row < block.rows; row++) {
            told.add(Arrays.stream(block.values, row * channels, (row + 1) * channels)
                    .mapToObj(value -> Long.toHexString(Double.doubleToLongBits(value)))
                    .collect(Collectors.joining(" ")));
        }
    }

    private static String text(Random random) {
        String end = random.nextInt(4) == 0 ? "\r\n" : "\n";
        boolean odd = random.nextBoolean();
        StringBuilder text = new StringBuilder("a,b,c").append(end);
        int rows = 1 + random.nextInt(120);
        for (int row = 0; row < rows; row++) {
            switch (odd ? random.nextInt(90) : 9) {
                case 0 -> text.append("# a comment, with 'marks'");
                case 1 -> text.append("");
                case 2 -> text.append("1,2");
                case 3 -> text.append("1,two,3");
                case 4 -> text.append("\"1.5\",\"2\",3");
                case 5 -> text.append("1,\"2\n\",3");
                case 6 -> text.append("1,2,3\r4,5,6");
                case 7 -> text.append("1,\"2,3");
                default ->
                    text.append(number(random))
                            .append(',')
                            .append(number(random))
                            .append(random.nextInt(9) == 0 ? " , " : ",")
                            .append(number(random));
            }
            text.append(row == rows - 1 && random.nextBoolean() ? "" : end);
        }
        return text.toString();
    }

    private static String number(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "-999";
            case 2 -> "NaN";
            case 3 -> Integer.toString(random.nextInt());
            case 4 -> Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
            default -> String.format(Locale.ROOT, "%.3f", random.nextGaussian());
        };
    }
}
