package dev.hourglass.data.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamedRowsTest {
    private static final Path NAME = Path.of("pump.csv");

    private static byte[] bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8);
    }

    private static StreamedRows rows(TableOptions options, String... lines) {
        StreamedRows rows = new StreamedRows(NAME, options);
        for (int i = 0; i < lines.length; i++) {
            rows.take(bytes(lines[i]), i + 1);
        }
        return rows;
    }

    @Test
    void aRowIsReadAsSoonAsItIsThere() {
        StreamedRows rows = new StreamedRows(NAME, TableOptions.DEFAULT);

        assertThat(rows.take(bytes("\uFEFFtime,flow,pressure"), 1)).isFalse();
        assertThat(rows.take(bytes("2024-03-01 00:00:01,1.5,-2e3"), 2)).isTrue();
        assertThat(rows.values()).containsExactly(1.5, -2000);
        assertThat(rows.columns()).containsExactly("flow", "pressure");
        assertThat(rows.timeColumn()).isEqualTo("time");
        assertThat(rows.text(rows.time())).isEqualTo("2024-03-01T00:00:01");
        assertThat(rows.take(bytes("# restarted"), 3)).isFalse();
        assertThat(rows.take(bytes(""), 4)).isFalse();
        assertThat(rows.take(bytes("2024-03-01 00:00:02,,NaN"), 5)).isTrue();
        assertThat(rows.values()).containsExactly(Double.NaN, Double.NaN);
        assertThat(rows.note()).contains("times in 'time'", "channels 'flow' and 'pressure'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "time;a;b\n2024-01-01T00:00:00;1,5;2\n2024-01-01T00:00:01;-3,25;0,5",
                "1.5\t2\n3\t4",
                "Pump 7\nwritten by hand\nts,a,b,c\n1700000000,1,2,3\n1700000001,4,5,6",
                "a b c\n1 2.5 3\n4  5 6",
                "value\n3\n4.5",
                "\"time\",\"flow, cold\"\n\"2024-01-01\",\"1\"\n\"2024-01-02\",\"2\""
            })
    void theNumbersAreThoseOfTheWholeTable(String text, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("table.csv"), text + "\n");
        Table table = TableReader.readAll(file, TableOptions.DEFAULT);
        StreamedRows rows = new StreamedRows(file, TableOptions.DEFAULT);
        List<Double> found = new ArrayList<>();
        long number = 0;
        int count = 0;
        for (String line : text.split("\n", -1)) {
            if (rows.take(bytes(line), ++number)) {
                for (double value : rows.values()) {
                    found.add(value);
                }
                assertThat(rows.hasTimes()).isEqualTo(table.times() != null);
                if (table.times() != null) {
                    assertThat(rows.time()).isEqualTo(table.time(count));
                }
                count++;
            }
        }

        List<Double> expected = new ArrayList<>();
        for (int row = 0; row < table.rows(); row++) {
            for (int channel = 0; channel < table.channels(); channel++) {
                expected.add(table.value(row, channel));
            }
        }
        assertThat(found).isEqualTo(expected);
        assertThat(rows.columns()).isEqualTo(table.columns());
    }

    @Test
    void columnsAreTakenInTheOrderInWhichTheyAreWanted() {
        StreamedRows rows = rows(TableOptions.DEFAULT.withColumns(List.of("b", "a")), "t,a,x,b", "7,1,2,3");

        assertThat(rows.values()).containsExactly(3, 1);
        assertThatThrownBy(() -> rows(TableOptions.DEFAULT.withColumns(List.of("b", "c")), "t,a,x,b", "7,1,2,3"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("'c' is missing");
    }

    @Test
    void aLineThatIsNoRowIsNamedAndTheNextOneRead() {
        StreamedRows rows = rows(TableOptions.DEFAULT, "a,b", "1,2");

        assertThatThrownBy(() -> rows.take(bytes("3,x"), 3))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("pump.csv: expected a number at line 3, column 2 ('b'), found 'x'");
        assertThatThrownBy(() -> rows.take(bytes("3"), 4)).hasMessageContaining("2 columns at line 4");
        assertThatThrownBy(() -> rows.take(bytes("3,\"4"), 5))
                .hasMessageContaining("a quote that opens at line 5 and is not closed");
        assertThat(rows.take(bytes("5,6"), 6)).isTrue();
        assertThat(rows.values()).containsExactly(5, 6);
    }

    @Test
    void theLineOfNamesIsPassedOverWhereItComesAgain() {
        StreamedRows rows = rows(TableOptions.DEFAULT, "a,b", "1,2");

        assertThat(rows.take(bytes("a,b"), 1)).isFalse();
        assertThat(rows.take(bytes("1,2"), 2)).isTrue();
    }

    @Test
    void itGoesOnFromTheLinesThatToldHowItIsWritten() {
        StreamedRows before = rows(TableOptions.DEFAULT, "time;a", "2024-01-01;1,5", "2024-01-02;2,5");
        StreamedRows after = new StreamedRows(NAME, TableOptions.DEFAULT);

        after.resume(before.beginning());

        assertThat(after.take(bytes("2024-01-03;3,5"), 4)).isTrue();
        assertThat(after.values()).containsExactly(3.5);
        assertThat(after.beginning()).isEqualTo(before.beginning());
        StreamedRows nothing = new StreamedRows(NAME, TableOptions.DEFAULT);
        nothing.resume(new StreamedRows(NAME, TableOptions.DEFAULT).beginning());
        assertThat(nothing.take(bytes("1,2"), 1)).isTrue();
    }

    @Test
    void aStreamWithoutRowsIsGivenUp() {
        StreamedRows rows = new StreamedRows(NAME, TableOptions.DEFAULT);

        assertThatThrownBy(() -> {
                    for (int i = 1; i < 1000; i++) {
                        rows.take(bytes("never a number"), i);
                    }
                })
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("its first 64 lines have no row of numbers");
    }

    @Test
    void seriesThatAColumnTellsApartAreRefused() {
        TableOptions options = TableOptions.DEFAULT.withRoles(
                new TableOptions.Roles(List.of(), List.of(), List.of(), null, false, "pump"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StreamedRows(NAME, options))
                .withMessageContaining("Give each series a stream of its own.");
    }
}
