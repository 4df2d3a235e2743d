package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.Split;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file that interop/make_hdf5_data.py made with h5py. */
class Hdf5ArraysTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void copyFile() throws IOException {
        file = folder.resolve("data.h5");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/hdf5/data.h5"))) {
            Files.copy(in, file);
        }
    }

    private FloatDataset read(String array) {
        return open(array, Split.TEST, new ArrayList<>());
    }

    private FloatDataset open(String array, Split split, List<String> notes) {
        ArrayFile arrays = DataSources.arrays(file).orElseThrow();
        return ArrayChoice.open(file, arrays, array, split, notes);
    }

    private static double[] sample(FloatDataset data, int index) {
        double[] sample = new double[data.sampleShape().size()];
        data.copyStored(index, sample, 0);
        return sample;
    }

    @Test
    void packedChunksAndLabelsOfTheTrainingPartAreFoundByTheirNames() {
        List<String> notes = new ArrayList<>();
        FloatDataset data = open("/train/x", Split.TRAINING, notes);

        assertThat(data.sampleShape()).isEqualTo(Shape.of(3, 5));
        assertThat(data.size()).isEqualTo(7);
        for (int i = 0; i < 7; i++) {
            double[] sample = sample(data, i);
            for (int j = 0; j < 15; j++) {
                assertThat(sample[j]).isEqualTo((i * 15 + j) / 4.0);
            }
            assertThat(data.label(i)).isEqualTo(i % 3);
        }
        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("data.h5: samples from 'train/x' [7, 3, 5], labels from 'train/y' [7]; left out")
                .contains("'records'", "'words'", "'flags'", "'number'");
    }

    /** As HDF5's own tools name a data set. */
    @Test
    void anArrayIsNamedBehindThePathOfItsFile() {
        Path array = Path.of(file + ":/train/x");
        FloatDataset data = (FloatDataset) DataSources.openFile(array, SourceOptions.defaults());

        assertThat(data.size()).isEqualTo(7);
        assertThat(sample(data, 1)[0]).isEqualTo(15 / 4.0);
        assertThat(data.hasLabels()).as("of the one array").isFalse();
        assertThat(DataSources.readLabels(Path.of(file + ":/train/y"), 7).classes())
                .containsExactly(0, 1, 2, 0, 1, 2, 0);
        assertThatThrownBy(() -> DataSources.openFile(Path.of(file + ":/train/z"), SourceOptions.defaults()))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("Can't take the array 'train/z' from " + file + ": it has ")
                .hasMessageEndingWith("Did you mean 'train/x'?");
        assertThatThrownBy(() -> DataSources.openFile(Path.of(file + "5:/train/x"), SourceOptions.defaults()))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no such file or folder");
    }

    @Test
    void anArrayOfATableIsRefused() throws IOException {
        Path table = Files.writeString(folder.resolve("t.csv"), "1,2\n3,4\n");
        assertThatThrownBy(() -> DataSources.openFile(Path.of(table + ":/x"), SourceOptions.defaults()))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't read " + table + ":/x: " + table
                        + " is no file of arrays with names. Give its path alone.");
    }

    /** Each part by its own name, which no word of training or test has to be in. */
    @Test
    void bothPartsOfARecipeAreNamedSo() {
        SeriesSplit split = SeriesSplit.open(
                Path.of(file + ":/train/x"), SeriesOptions.defaults().withTest(Path.of(file + ":/train/x")));

        assertThat(split.training().size()).isEqualTo(7);
        assertThat(split.test().size()).isEqualTo(7);
    }

    @Test
    void theTestPartOfOtherBytesIsTheCounterpartOfTheTrainingPart() {
        FloatDataset data = open("train/x", Split.TEST, new ArrayList<>());

        assertThat(data.size()).isEqualTo(4);
        assertThat(sample(data, 3)[14]).isEqualTo(59 / 8.0);
        assertThat(data.label(3)).isEqualTo(1);
    }

    @Test
    void bytesArePixels() {
        FloatDataset data = read("pictures");

        assertThat(data.normalization()).isEqualTo(Normalization.PIXELS);
        float[] sample = new float[15];
        data.copySample(1, sample, 0);
        assertThat(sample[14]).isEqualTo(29 / 255f);
    }

    @Test
    void fractionsOf64BitsKeepTheirDigits() {
        FloatDataset data = read("clock");

        assertThat(data.size()).isEqualTo(6);
        for (int i = 0; i < 6; i++) {
            assertThat(sample(data, i)).containsExactly(0x1p30 + i / 1000.0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "wide, 0, 1099511627777",
        "wide, 1, -1099511627777",
        "unsigned, 0, 9223372036854779904",
        "unsigned, 1, 3",
        "short, 0, -300",
        "short, 1, 1",
        "half, 0, 0.5",
        "half, 1, -2"
    })
    void numbersOfEachKindAreRead(String array, int index, double expected) {
        assertThat(sample(read(array), index)[0]).isEqualTo(expected);
    }

    @Test
    void whatIsNoArrayOfNumbersIsRefusedByItsName() {
        assertThatThrownBy(() -> read("records"))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ": expected numbers in 'records', found compound. Save it as numbers, such as"
                        + " f['x'] = array.astype('float32') with h5py.");
        assertThatThrownBy(() -> read("number")).hasMessageContaining("found a single number or none");
    }

    @Test
    void aNameThatIsMisspeltIsAskedBack() {
        assertThatThrownBy(() -> read("train/z"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("Can't take the array 'train/z' from " + file)
                .hasMessageEndingWith("Did you mean 'train/x'?");
    }

    @Test
    void fractionsAreNoLabels() {
        ArrayFile arrays = DataSources.arrays(file).orElseThrow();
        ArrayFile.Entry clock = arrays.entries().stream()
                .filter(entry -> entry.name().equals("clock"))
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> arrays.labels(clock))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected whole numbers from 0 to 2,147,483,647 as labels");
    }
}
