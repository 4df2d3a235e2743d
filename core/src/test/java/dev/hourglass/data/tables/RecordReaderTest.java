package dev.hourglass.data.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
    /** FastCSV is the independent reader; blanks around fields, which it keeps, are left out here. */
    @Test
    void whateverIsWrittenIsReadAsFastCsvReadsIt() throws IOException {
        Random random = new Random(5);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            String end = List.of("\n", "\r\n").get(random.nextInt(2));
            for (int row = 0; row < 1 + random.nextInt(5); row++) {
                for (int field = 0; field < 1 + random.nextInt(4); field++) {
                    text.append(field == 0 ? "" : ",").append(field(random, end));
                }
                text.append(end);
            }
            String whole =
                    random.nextBoolean() ? text.toString() : text.toString().stripTrailing();
            List<List<String>> expected = new ArrayList<>();
            try (CsvReader<CsvRecord> reader = CsvReader.builder()
                    .skipEmptyLines(false)
                    .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                    .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                    .ofCsvRecord(whole)) {
                reader.forEach(row -> expected.add(row.getFields()));
            }
            for (int buffer : new int[] {16, 64, 4096}) {
                assertThat(read(whole, ',', buffer)).as("%s", whole).isEqualTo(expected);
            }
        }
    }

    private static String field(Random random, String end) {
        return switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> Integer.toString(random.nextInt());
            case 2 -> "\"a,b\"";
            case 3 -> "\"say \"\"so\"\"" + end + "and on\"";
            case 4 -> "\u00e4\u20ac\ud83d\ude00";
            default -> Double.toString(random.nextDouble());
        };
    }

    @Test
    void blanksCountAsOneAndCommentsAsNone() throws IOException {
        assertThat(read("# made by a logger, \"v1\n  1   2\t3  \n#x\n4 5 6\n", ' ', 32))
                .containsExactly(List.of("1", "2", "3"), List.of("4", "5", "6"));
    }

    @Test
    void aFirstFieldThatStandsForAGapOrIsASpreadsheetsErrorBeginsNoComment() throws IOException {
        String text = "#N/A,1\n#na,2\n#NAN,3\n# N/A,4\n#DIV/0!,5\n#,6\n#N/A";
        for (int buffer : new int[] {16, 64}) {
            assertThat(read(text, ',', buffer))
                    .containsExactly(
                            List.of("#N/A", "1"), List.of("#na", "2"), List.of("#DIV/0!", "5"), List.of("#N/A"));
        }
        assertThat(read("#N/A 1\n# N/A\n", ' ', 16)).containsExactly(List.of("#N/A", "1"));
    }

    @Test
    void aQuoteThatIsNotClosedIsNamedByItsLine() {
        assertThatThrownBy(() -> read("1,2\n3,\"4\n5,6\n", ',', 16))
                .isInstanceOf(RecordReader.BrokenRecordException.class)
                .hasMessage("a quote that opens at line 2 and is not closed");
        assertThatThrownBy(() -> read("1,\"2\"3\n", ',', 16)).hasMessage("text behind a closing quote at line 1");
    }

    private static List<List<String>> read(String text, char separator, int buffer) throws IOException {
        RecordReader reader = new RecordReader(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), separator, buffer, Gaps.USUAL);
        List<List<String>> rows = new ArrayList<>();
        while (reader.next()) {
            rows.add(reader.texts());
        }
        return rows;
    }
}
