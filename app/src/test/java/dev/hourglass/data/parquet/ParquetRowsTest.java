package dev.hourglass.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With files of interop/make_parquet_goldens.py; the CSV beside each is what pandas reads of it. */
class ParquetRowsTest {
    private static final Path GOLDENS = Path.of("src/test/resources/data/parquet");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"pandas", "groups", "plain", "second", "encodings", "indexed"})
    void columnsTimesGapsAndLabelsAreThoseThatPandasReads(String name) {
        TableOptions labelled = TableOptions.DEFAULT.withLabel("state");

        Table table = read(name + ".parquet", labelled);

        assertSame(table, read(name + ".csv", labelled));
        assertThat(table.rows()).isEqualTo(40);
        assertThat(table.columns()).containsExactly("flow", "level", "open");
        assertThat(table.value(3, 0)).isNaN();
        assertThat(table.times()).isNotNull();
        assertThat(table.classes()).containsExactly("ok", "a, \"b\"");
    }

    @Test
    void everyKindOfNumberIsThatWhichPandasReads() {
        Table table = read("kinds.parquet", TableOptions.DEFAULT);

        assertSame(table, read("kinds.csv", TableOptions.DEFAULT));
        assertThat(table.value(1, 7)).isEqualTo(0x1p64);
        assertThat(table.value(2, 11)).isEqualTo(99999.99);
    }

    @ParameterizedTest
    @ValueSource(strings = {"times-ms", "times-us", "times-ns", "times-ms-zoned", "times-us-zoned", "times-ns-zoned"})
    void timesAreMomentsOrReadingsOfAClock(String name) {
        Table table = read(name + ".parquet", TableOptions.DEFAULT);

        assertSame(table, read(name + ".csv", TableOptions.DEFAULT));
        assertThat(table.zoned()).isEqualTo(name.endsWith("zoned"));
        assertThat(table.time(0)).isEqualTo(-999_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dates", "int96"})
    void datesTimesOfDayAndOldTimesAreFound(String name) {
        Table table = read(name + ".parquet", TableOptions.DEFAULT);

        assertThat(IntStream.range(0, 3).mapToObj(table::time))
                .containsExactlyElementsOf(IntStream.range(0, 3)
                        .mapToObj(read("times-ns.csv", TableOptions.DEFAULT)::time)
                        .toList());
    }

    @Test
    void manyRowsOfWhatPacksWellAreRead() {
        Table table = read("zeros.parquet", TableOptions.DEFAULT);

        assertThat(table.rows()).isEqualTo(300_000);
        assertThat(table.value(299_999, 0)).isZero();
    }

    @Test
    void whatIsFoundIsSaid() {
        assertThat(read("pandas.parquet", TableOptions.DEFAULT.withLabel("state"))
                        .notes())
                .containsExactly(
                        "pandas.parquet: Parquet, times in 'time', labels in 'state', channels 'flow' and 'level'"
                                + " and 'open'.");
    }

    @Test
    void listsAndStructuresAreRefusedUnlessTheyAreLeftOut() {
        assertThatThrownBy(() -> read("nested.parquet", TableOptions.DEFAULT))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't read " + GOLDENS.resolve("nested.parquet")
                        + ": column 'xs' has lists or structures in it,"
                        + " and a table's fields are single numbers, texts and times. Leave it out (exclude), or write"
                        + " its parts as columns.");
        assertThat(values(read("nested.parquet", excluding("xs")))).containsExactly(1, 2);
        assertThat(values(read("nested.parquet", TableOptions.DEFAULT.withColumns(List.of("x")))))
                .containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "zstd-strong", "zstd-fast", "lz4"})
    void packedPagesAreThoseThatAreNotPacked(String packing) {
        TableOptions labelled = TableOptions.DEFAULT.withLabel("state");

        Table table = read("packed-" + packing + ".parquet", labelled);

        Table plain = read("packed-none.parquet", labelled);
        assertThat(table.rows()).isEqualTo(6_000);
        assertThat(plain.classes()).containsExactly("normal", "warning: too hot", "off");
        assertSame(table, plain);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "lz4"})
    void damagedPagesAreReadOrRefused(String packing) throws IOException {
        byte[] whole = Files.readAllBytes(GOLDENS.resolve("../../fuzz/ParquetFuzzTest/" + packing + ".parquet"));
        Path damaged = folder.resolve("damaged.parquet");
        int refused = 0;
        for (int at = 4; at < whole.length / 2; at += 23) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) (1 << at % 8);
            Files.write(damaged, bytes);
            try {
                TableReader.readAll(damaged, TableOptions.DEFAULT.withLabel("state"));
            } catch (CorruptFileException | DatasetException e) {
                assertThat(e).hasMessageContaining("damaged.parquet");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(whole.length / 200);
    }

    @Test
    void aPackingThatNeedsNativeCodeIsRefusedWithTheWayOut() {
        assertThatThrownBy(() -> read("brotli.parquet", TableOptions.DEFAULT))
                .isInstanceOf(DatasetException.class)
                .hasMessageEndingWith("expected columns that are packed with Snappy, Zstandard, LZ4 or gzip or not at"
                        + " all, found BROTLI. Write it again with compression 'snappy', such as pandas'"
                        + " to_parquet(file, compression='snappy').");
    }

    @Test
    void aPackedFileIsRefused() throws IOException {
        Path packed = Files.write(folder.resolve("a.parquet.gz"), new byte[10]);

        assertThatThrownBy(() -> TableReader.readAll(packed, TableOptions.DEFAULT))
                .isInstanceOf(DatasetException.class)
                .hasMessageEndingWith("a Parquet file is read as it lies on the disk. Unpack it.");
    }

    @Test
    void aFileCutAnywhereIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(GOLDENS.resolve("pandas.parquet"));
        Path cut = folder.resolve("cut.parquet");
        for (int length = 0; length < whole.length; length += 37) {
            Files.write(cut, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TableReader.readAll(cut, TableOptions.DEFAULT))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(cut + ": expected a Parquet file, 'PAR1' at its beginning and its end");
        }
    }

    private static TableOptions excluding(String column) {
        return TableOptions.DEFAULT.withRoles(
                new TableOptions.Roles(List.of(), List.of(), List.of(column), null, false, null));
    }

    private static Table read(String name, TableOptions options) {
        return TableReader.readAll(GOLDENS.resolve(name), options);
    }

    private static double[] values(Table table) {
        return IntStream.range(0, table.rows() * table.channels())
                .mapToDouble(i -> table.value(i / table.channels(), i % table.channels()))
                .toArray();
    }

    private static void assertSame(Table table, Table expected) {
        assertThat(table.columns()).isEqualTo(expected.columns());
        assertThat(values(table)).containsExactly(values(expected));
        assertThat(table.labels()).isEqualTo(expected.labels());
        assertThat(table.classes()).isEqualTo(expected.classes());
        assertThat(table.times() == null).isEqualTo(expected.times() == null);
        if (table.times() != null) {
            assertThat(IntStream.range(0, table.rows()).mapToLong(table::time))
                    .containsExactlyElementsOf(IntStream.range(0, table.rows())
                            .mapToObj(expected::time)
                            .toList());
        }
    }
}
