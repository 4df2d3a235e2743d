package dev.hourglass.data.tables.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With records of interop/make_wfdb_goldens.py. */
class WfdbRowsTest {
    private static final Path GOLDENS = Path.of("src/test/resources/data/wfdb");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"f80", "f16", "f24", "f32", "f61", "f160", "f212", "f310", "f311", "timed"})
    void samplesOfEachFormatAreThoseThatWerePacked(String name) {
        Table table = read(GOLDENS.resolve(name + ".hea"));

        Table expected = read(GOLDENS.resolve(name + ".csv"));
        assertThat(table.columns()).isEqualTo(expected.columns());
        assertThat(values(table)).containsExactly(values(expected));
        assertThat(table.rows()).isEqualTo(25);
        assertThat(table.value(3, 0)).isNaN();
    }

    /** The first bytes of record 100 of the MIT-BIH Arrhythmia Database, whose header has them as 995 and 1011. */
    @Test
    void theFirstSamplesOfRecord100AreThoseOfItsHeader() throws IOException {
        Path header = write(
                "100.hea",
                "100 2 360 1\n100.dat 212 200 11 1024 995 -22131 0 MLII\n100.dat 212 200 11 1024 1011 20052 0 V5\n");
        Files.write(folder.resolve("100.dat"), new byte[] {(byte) 0xE3, 0x33, (byte) 0xF3});

        Table table = read(header);

        assertThat(table.columns()).containsExactly("MLII", "V5");
        assertThat(values(table)).containsExactly((995 - 1024) / 200.0, (1011 - 1024) / 200.0);
        assertThat(table.notes()).containsExactly("100.hea: WFDB, 360 samples a second, channels 'MLII' and 'V5'.");
    }

    @Test
    void rowsHaveTheirTimesAndTheClassOfTheNearestBeat() {
        Table table = read(GOLDENS.resolve("timed.hea"));

        assertThat(table.time(0)).isEqualTo(nanos("1989-04-25T13:05:00.500Z"));
        assertThat(table.time(18)).isEqualTo(nanos("1989-04-25T13:05:00.550Z"));
        assertThat(table.classes()).containsExactly("N", "V");
        // N at 3 and V at 9: from 6 on, which is as near to both, it is V.
        assertThat(table.labels())
                .containsExactly(IntStream.range(0, 25).map(i -> i < 6 ? 0 : 1).toArray());
    }

    private static long nanos(String time) {
        Instant instant = Instant.parse(time);
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    @Test
    void signalsMayLieInSeveralFilesOfSeveralFormats() throws IOException {
        Path header = write(
                "r.hea", "r 3 100\na.dat 16 1(0) 0 0 0 0 0 a\na.dat 16 2(0) 0 0 0 0 0 b\nc.dat 80 1(0) 0 0 0 0 0 c\n");
        Files.write(folder.resolve("a.dat"), new byte[] {1, 0, 2, 0, 3, 0, 4, 0});
        Files.write(folder.resolve("c.dat"), new byte[] {(byte) 133, (byte) 123});

        assertThat(values(read(header))).containsExactly(1, 1, 5, 3, 2, -5);
    }

    @Test
    void aFolderOfRecordsIsOneSeriesEach() throws IOException {
        for (String name : new String[] {"f16", "f311"}) {
            Files.copy(GOLDENS.resolve(name + ".hea"), folder.resolve(name + ".hea"));
            Files.copy(GOLDENS.resolve(name + ".dat"), folder.resolve(name + ".dat"));
            Files.copy(GOLDENS.resolve("timed.atr"), folder.resolve(name + ".atr"));
        }
        write("RECORDS", "f16\nf311\n");

        assertThat(TableFolder.content(folder).tables()).isEqualTo(2);
        Table table = read(folder);
        assertThat(table.series()).containsExactly("f16.hea", "f311.hea");
        assertThat(table.classes()).containsExactly("N", "V");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "r/3 2 360 100                       | one record at line 1, found one of segments",
                "r 0 360                             | a record of 1 to 4,096 signals at line 1, found 'r 0 360'",
                "r 99999 360                         | a record of 1 to 4,096 signals",
                "r 1 0                               | a frequency in hertz",
                "r 1 360 9 25:00:00 1/1/2000         | a time of day and a date",
                "r 1 360                             | a signal's line at line 1, found the end of the file",
                "r 1 360;../x.dat 16                 | the name of a file beside the header",
                "r 1 360;/etc/passwd 16              | the name of a file beside the header",
                "r 1 360;x.dat 16x4                  | signals of one frequency",
                "r 1 360;x.dat 16:4                  | signals that begin at once",
                "r 1 360;x.dat 16 abc                | a number for 'abc'",
                "r 1 360 9;x.dat 16                  | 9 samples of 1 signals, found 2 of each",
                "r 3 360;x.dat 16;y.dat 16;x.dat 16  | the signals of a file behind each other and alike",
                "r 2 360;x.dat 16;x.dat 80           | the signals of a file behind each other and alike",
            })
    void aHeaderThatCantBeRightIsRefused(String lines, String finding) throws IOException {
        Path header = write("r.hea", lines.replace(';', '\n') + "\n");
        Files.write(folder.resolve("x.dat"), new byte[4]);
        Files.write(folder.resolve("y.dat"), new byte[4]);

        assertThatThrownBy(() -> read(header))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected " + finding)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFileThatIsMissingOrPackedOtherwiseIsRefused() throws IOException {
        Path missing = write("r.hea", "r 1 360\nx.dat 16\n");
        assertThatThrownBy(() -> read(missing))
                .isInstanceOf(DatasetException.class)
                .hasMessageEndingWith("its samples are in 'x.dat', and there is no such file beside it. Put it there.");

        Files.write(folder.resolve("x.dat"), new byte[4]);
        Path flac = write("f.hea", "f 1 360\nx.dat 516\n");
        assertThatThrownBy(() -> read(flac))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("found 516. Convert the record");
    }

    @Test
    void marksThatEndTooEarlyAreRefused() throws IOException {
        Path header = write("r.hea", "r 1 360\nx.dat 16\n");
        Files.write(folder.resolve("x.dat"), new byte[4]);
        Files.write(folder.resolve("r.atr"), new byte[] {1, 4, 1});

        assertThatThrownBy(() -> read(header))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected a mark of 0 at its end, found the end without one");

        Files.write(folder.resolve("r.atr"), new byte[] {9, (byte) 0xFC, 'a'});
        assertThatThrownBy(() -> read(header))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected a text of 9 bytes, found the end of the file");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Table read(Path file) {
        return TableReader.readAll(file, TableOptions.DEFAULT);
    }

    private static double[] values(Table table) {
        return IntStream.range(0, table.rows() * table.channels())
                .mapToDouble(i -> table.value(i / table.channels(), i % table.channels()))
                .toArray();
    }
}
