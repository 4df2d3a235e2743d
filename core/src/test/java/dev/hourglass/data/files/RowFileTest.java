package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.TableSamples;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowFileTest {
    @TempDir
    private Path folder;

    /** The golden file is what NumPy read, see interop/make_npy_goldens.py. */
    @Test
    void writesTheNpyBytesThatNumPyReads() throws IOException {
        float[] values = new float[12];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 2f - 2;
        }
        Path file = folder.resolve("written.npy");

        RowFile.write(file, Shape.of(2, 2), sink -> {
            sink.write(values, 0, 1);
            sink.write(values, 4, 2);
        });

        try (InputStream golden = RowFileTest.class.getResourceAsStream("/npy/written-by-hourglass.npy")) {
            assertThat(Files.readAllBytes(file))
                    .isEqualTo(Objects.requireNonNull(golden).readAllBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows.npy", "rows.csv", "ROWS.CSV"})
    void whatIsWrittenIsReadWithTheSameBits(String name) throws IOException {
        long seed = 42;
        Random random = new Random(seed);
        float[] values = new float[30_000 * 3];
        for (int i = 0; i < values.length; i++) {
            // Any finite float.
            int bits = random.nextInt();
            values[i] = Float.isFinite(Float.intBitsToFloat(bits)) ? Float.intBitsToFloat(bits) : 0;
        }
        Path file = folder.resolve(name);

        RowFile.write(file, Shape.of(3), sink -> {
            for (int row = 0; row < 30_000; row += 1000) {
                sink.write(values, row * 3, 1000);
            }
        });

        FloatDataset read = name.endsWith("npy") ? NpyFile.open(file) : table(file);
        assertThat(read.size()).isEqualTo(30_000);
        float[] found = new float[values.length];
        for (int row = 0; row < read.size(); row++) {
            read.copySample(row, found, row * 3);
        }
        assertThat(found).as("seed %d", seed).isEqualTo(values);
    }

    @Test
    void aCsvFileNamesItsColumns() throws IOException {
        Path file = folder.resolve("codes.csv");

        RowFile.write(file, Shape.of(3), sink -> sink.write(new float[] {1, -0.5f, 1e-10f}, 0, 1));

        assertThat(file).hasContent("v1,v2,v3\n1,-0.5,1.0E-10\n");
    }

    @Test
    void aWholeNumberInACsvFileHasNoPoint() throws IOException {
        Path file = folder.resolve("labels.csv");

        float[] values = {7, 0, -0f, -3, 9_999_999, 1e7f, Float.NaN, Float.POSITIVE_INFINITY};
        RowFile.write(file, Shape.of(8), sink -> sink.write(values, 0, 1));

        assertThat(file).content().endsWith("\n7,0,-0.0,-3,9999999,1.0E7,NaN,Infinity\n");
    }

    @Test
    void aFailureLeavesNoFile() throws IOException {
        Path file = folder.resolve("codes.npy");

        assertThatThrownBy(() -> RowFile.write(file, Shape.of(1), sink -> {
                    sink.write(new float[1], 0, 1);
                    throw new IOException("stopped");
                }))
                .hasMessage("stopped");
        assertThatThrownBy(() -> RowFile.write(file, Shape.of(1), sink -> {}))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't write " + file + ": there are no rows. Give at least one sample.");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void otherFormatsAreRefusedBeforeAnyWork() {
        Path file = folder.resolve("codes.parquet");

        assertThatThrownBy(() -> RowFile.write(file, Shape.of(1), sink -> {
                    throw new AssertionError("asked for rows");
                }))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't write " + file + ": expected a name that ends with .npy or .csv. Rename it.");
    }

    private static FloatDataset table(Path file) {
        return TableSamples.read(file, TableOptions.DEFAULT, SeriesOptions.Steps.PLAIN)
                .data();
    }
}
