package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.files.NpyWriter;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeriesSplitTest {
    @TempDir
    private Path folder;

    @Test
    void theEndIsTestedByAndNoWindowCrossesTheCut() throws IOException {
        // Row k is k and 1000 + 2k.
        Path file = rows("series.csv", "a,b", 100, k -> k + "," + (1000 + 2 * k));

        SeriesSplit split = SeriesSplit.open(
                file,
                SeriesOptions.defaults().withWindow(10, 3).withTestShare(0.25).withScaling(null));

        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(10, 2));
        assertThat(split.training().size())
                .as("begin at 0, 3, …, 63 of 75 rows")
                .isEqualTo(22);
        assertThat(split.test().size()).as("begin at 75, 78, …, 90").isEqualTo(6);
        assertThat(step(split.training(), 21, 9)).containsExactly(72, 1144);
        assertThat(step(split.test(), 0, 0)).containsExactly(75, 1150);
        assertThat(step(split.test(), 5, 9)).containsExactly(99, 1198);
    }

    @Test
    void scalesAreFittedToTheTrainingPartAlone() throws IOException {
        Path file = rows("series.csv", "a;b", 10, k -> k + ";" + (k < 8 ? 100 - 10 * (k % 2) : 300));

        SeriesSplit minMax = SeriesSplit.open(file, SeriesOptions.defaults());
        SeriesSplit standard = SeriesSplit.open(file, SeriesOptions.defaults().withScaling(Scaling.STANDARDIZE));

        // Training: 0 to 7, and 90 to 100.
        assertThat(minMax.training().normalization())
                .isEqualTo(
                        new Normalization(List.of(1 / 7.0, 0.1), List.of(-0.0, -9.0)).withColumns(List.of("a", "b")));
        assertThat(minMax.test().normalization()).isEqualTo(minMax.training().normalization());
        float[] last = new float[2];
        minMax.test().copySample(1, last, 0);
        assertThat(last).containsExactly(new float[] {9 / 7f, 21}, within(1e-6f));
        assertThat(standard.training().normalization().scales().get(1)).isEqualTo(0.2);
        standard.training().copySample(0, last, 0);
        assertThat(last[1]).isEqualTo(1, within(1e-6f));
    }

    @Test
    void aFileOfItsOwnIsTestedBy() throws IOException {
        Path file = rows("train.csv", "a", 12, k -> "" + k);
        Path later = rows("test.csv", "a", 7, k -> "" + (100 + k));

        SeriesSplit split =
                SeriesSplit.open(file, SeriesOptions.defaults().withTest(later).withWindow(3, 3));

        assertThat(split.training().size()).isEqualTo(4);
        assertThat(split.test().size())
                .as("begin at 0, 3 and 4, to end at the last row")
                .isEqualTo(3);
        assertThat(step(split.test(), 0, 0)[0]).isEqualTo(100 / 11f, within(1e-5f));
    }

    @Test
    void aWindowHasTheCommonestLabelOfItsSteps() throws IOException {
        String[] kinds = {"run", "run", "halt", "halt", "halt", "run", "walk", "halt"};
        Path file = rows("series.csv", "v,kind", 16, k -> k + "," + kinds[k % 8]);

        SeriesSplit split = SeriesSplit.open(
                file,
                SeriesOptions.defaults().withWindow(4, 4).withTestShare(0.5).withLabelColumn("kind"));

        assertThat(split.training().classNames()).containsExactly("halt", "run", "walk");
        assertThat(split.training().label(0)).as("as many of both: the smaller").isZero();
        assertThat(split.training().label(1)).isZero();
        assertThat(split.test().label(1)).isZero();
        Path labels = rows("labels.csv", "label", 16, k -> "" + (k < 3 ? 5 : 2));
        Path plain = rows("plain.csv", "v", 16, k -> "" + k);
        SeriesSplit other = SeriesSplit.open(
                plain,
                SeriesOptions.defaults().withWindow(4, 4).withTestShare(0.5).withLabels(labels));
        assertThat(other.training().label(0)).isEqualTo(5);
        assertThat(other.training().label(1)).isEqualTo(2);
    }

    @Test
    void whatIsCutAlreadyIsSplitBySamples() throws IOException {
        Path file = folder.resolve("cut.npy");
        NpyWriter.write(file, Shape.of(4, 2), sink -> {
            for (int i = 0; i < 10; i++) {
                sink.write(new float[] {i, 0, i, 0, i, 0, i, 1}, 0, 1);
            }
        });

        SeriesSplit split = SeriesSplit.open(file, SeriesOptions.defaults());

        assertThat(split.training().size()).isEqualTo(8);
        assertThat(split.test().sampleShape()).isEqualTo(Shape.of(4, 2));
        assertThat(split.training().normalization().scales()).containsExactly(1 / 7.0, 1.0);
        assertThatThrownBy(() -> SeriesSplit.open(file, SeriesOptions.defaults().withWindow(2, 1)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("expected [steps, channels], found (None, 4, 2), which is cut already");
    }

    @Test
    void saysWhatIsTooShortOrDoesNotMatch() throws IOException {
        Path file = rows("series.csv", "a,kind", 40, k -> k + ",x");
        SeriesOptions options = SeriesOptions.defaults().withLabelColumn("kind").withWindow(10, 1);

        assertThatThrownBy(() -> SeriesSplit.open(file, options))
                .isInstanceOf(DatasetException.class)
                .hasMessage("The test part of " + file + " has 8 of its 40 rows; expected at least the 10 of a window."
                        + " Give a longer series, shorter windows or another share for the test.");
        Path few = rows("few.csv", "label", 39, k -> "1");
        assertThatThrownBy(() -> SeriesSplit.open(
                        rows("plain.csv", "v", 40, k -> "" + k),
                        SeriesOptions.defaults().withLabels(few)))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("40 labels")
                .hasMessageContaining("39");
        assertThatThrownBy(() -> SeriesSplit.open(folder.resolve("serie.csv"), options))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no such file or folder. Did you mean 'series.csv'?");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SeriesOptions.defaults().withTestShare(1))
                .withMessage("testShare must be above 0 and below 1, got 1.0");
    }

    /** Of a table the columns are taken by name, and the classes are those of both files: TableSplitTest. */
    @Test
    void aTestFileOfOtherColumnsIsRefused() throws IOException {
        Path file = folder.resolve("train.npy");
        Path wide = folder.resolve("wide.npy");
        NpyWriter.write(file, Shape.of(2), sink -> sink.write(new float[] {1, 2, 3, 4}, 0, 2));
        NpyWriter.write(wide, Shape.of(3), sink -> sink.write(new float[] {1, 2, 3, 4, 5, 6}, 0, 2));

        assertThatThrownBy(() -> SeriesSplit.open(file, SeriesOptions.defaults().withTest(wide)))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "Rows of " + wide + " are [3], expected [2] as in " + file + ". Give both the same columns.");
    }

    @Test
    void refusesGapsWithTheirPlace() throws IOException {
        Path file = folder.resolve("gap.npy");
        NpyWriter.write(file, Shape.of(2), sink -> {
            sink.write(new float[] {1, 2}, 0, 1);
            sink.write(new float[] {3, Float.NaN}, 0, 1);
        });

        assertThatThrownBy(() -> SeriesSplit.open(file, SeriesOptions.defaults()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("NaN in row 2, column 2, both from 1");
    }

    /** Of samples 0, 1, …, the first array has k and 10 + k, the second 100 + k. */
    @Test
    void arraysOfTheInputsNamesLieSideBySide() throws IOException {
        Path file = archive();
        SeriesOptions options = SeriesOptions.defaults().withScaling(null).withArrays(List.of("facts", "picture"));

        SeriesSplit split = SeriesSplit.open(file, options);

        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(3));
        assertThat(split.training().size()).isEqualTo(8);
        assertThat(split.test().size()).isEqualTo(2);
        float[] row = new float[3];
        split.test().copySample(1, row, 0);
        assertThat(row).containsExactly(109, 9, 19);
        assertThatThrownBy(() -> SeriesSplit.open(file, options.withArrays(List.of("facts", "pictures"))))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        file + " has no array pictures beside facts. Save an array for each input of the model, by its"
                                + " name.");
    }

    private Path archive() throws IOException {
        Path picture = folder.resolve("picture.npy");
        Path facts = folder.resolve("facts.npy");
        NpyWriter.write(picture, Shape.of(2, 1), sink -> {
            for (int i = 0; i < 10; i++) {
                sink.write(new float[] {i, 10 + i}, 0, 1);
            }
        });
        NpyWriter.write(facts, Shape.of(1), sink -> {
            for (int i = 0; i < 10; i++) {
                sink.write(new float[] {100 + i}, 0, 1);
            }
        });
        Path file = folder.resolve("both.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Path array : List.of(picture, facts)) {
                zip.putNextEntry(new ZipEntry(String.valueOf(array.getFileName())));
                Files.copy(array, zip);
            }
        }
        return file;
    }

    private interface Row {
        String text(int index);
    }

    private Path rows(String name, String header, int count, Row row) throws IOException {
        StringBuilder text = new StringBuilder(header + "\n");
        for (int i = 0; i < count; i++) {
            text.append(row.text(i)).append('\n');
        }
        return Files.writeString(folder.resolve(name), text);
    }

    private static float[] step(FloatDataset data, int window, int step) {
        int channels = data.sampleShape().dimension(1);
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(window, sample, 0);
        float[] found = new float[channels];
        System.arraycopy(sample, step * channels, found, 0, channels);
        return found;
    }
}
