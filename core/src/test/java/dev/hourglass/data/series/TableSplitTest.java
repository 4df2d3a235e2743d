package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.series.SeriesOptions.Classes;
import dev.hourglass.data.series.SeriesOptions.Lengths;
import dev.hourglass.data.series.SeriesOptions.Missing;
import dev.hourglass.data.series.SeriesOptions.Resample;
import dev.hourglass.data.series.SeriesOptions.Scale;
import dev.hourglass.data.series.SeriesOptions.Steps;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableSplitTest {
    private static final SeriesOptions PLAIN = SeriesOptions.defaults().withScaling(null);

    @TempDir
    private Path folder;

    private interface Row {
        String text(int index);
    }

    @Test
    void columnsOfTheTestFileAreTakenByName() throws IOException {
        Path file = rows("train.csv", "temp,speed", 6, k -> k + "," + 100 * k);
        Path reordered = rows("later.csv", "speed,extra,temp", 4, k -> 100 * k + ",7," + k);

        SeriesSplit split = SeriesSplit.open(file, PLAIN.withTest(reordered));

        assertThat(sample(split.test(), 3)).containsExactly(3, 300);
        assertThat(split.test().normalization().columns()).containsExactly("temp", "speed");
        assertThat(split.notes()).anyMatch(note -> note.contains("left out 'extra'"));
        Path lacking = rows("lacking.csv", "speed", 4, k -> "1");
        assertThatThrownBy(() -> SeriesSplit.open(file, PLAIN.withTest(lacking)))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't take the columns 'temp', 'speed' from " + lacking
                        + ": it has 'speed', and 'temp' is missing. Add or rename it.");
    }

    /** Where columns have no names, there must be as many. */
    @Test
    void aTestFileWithoutNamesAndWithOtherColumnsIsRefused() throws IOException {
        Path file = rows("train.csv", "0,1", 6, k -> k + ",1");
        Path wide = rows("wide.csv", "0,1,2", 6, k -> k + ",1,2");
        assertThatThrownBy(() -> SeriesSplit.open(file, PLAIN.withTest(wide)))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "Rows of " + wide + " are [3], expected [2] as in " + file + ". Give both the same columns.");
    }

    @Test
    void classesAreThoseOfBothFilesAndTrainingMayHaveNone() throws IOException {
        Path normal = rows("normal.csv", "v,status", 8, k -> k + ",NORMAL");
        Path later = rows("new.csv", "v,status", 8, k -> k + "," + (k == 5 ? "BROKEN" : "NORMAL"));
        Path unlabelled = rows("unlabelled.csv", "v", 8, k -> "" + k);
        SeriesOptions options = PLAIN.withLabelColumn("status").withTest(later);

        SeriesSplit split = SeriesSplit.open(normal, options);
        SeriesSplit without = SeriesSplit.open(unlabelled, options);

        assertThat(split.training().classNames()).containsExactly("BROKEN", "NORMAL");
        assertThat(split.training().label(0)).isEqualTo(1);
        assertThat(split.test().label(5)).isZero();
        assertThat(without.training().hasLabels()).isFalse();
        assertThat(without.test().label(5)).isZero();
        Path numbers = rows("numbers.csv", "v,status", 8, k -> k + "," + (k == 5 ? "1.0" : "0.0"));
        SeriesSplit numbered = SeriesSplit.open(unlabelled, options.withTest(numbers));
        assertThat(numbered.test().classNames()).isEmpty();
        assertThat(numbered.test().label(5)).isEqualTo(1);
    }

    @Test
    void aLabelColumnThatNeitherFileHasIsMisspelt() throws IOException {
        Path normal = rows("normal.csv", "v,status", 8, k -> k + ",0");
        Path later = rows("new.csv", "v,status", 8, k -> k + "," + k % 2);
        SeriesOptions options = PLAIN.withTest(later);

        assertThatThrownBy(() -> SeriesSplit.open(normal, options.withLabelColumn("state")))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't take labels from " + later + ": it has no column 'state'. Did you mean 'status'?");
        SeriesSplit split = SeriesSplit.open(normal, options.withLabelColumn("status"));
        assertThat(split.test().sampleShape()).isEqualTo(Shape.of(1));
        assertThat(split.test().label(5)).isEqualTo(1);
    }

    @Test
    void aColumnThatIsLeftOutMayBeInOneOfTwoFiles() throws IOException {
        Path normal = rows("normal.csv", "v", 8, k -> "" + k);
        Path later = rows("new.csv", "v,change", 8, k -> k + ",1");
        SeriesOptions options = PLAIN.withTable(TableOptions.DEFAULT.withExclude(List.of("change")));

        for (SeriesSplit split : List.of(
                SeriesSplit.open(normal, options.withTest(later)), SeriesSplit.open(later, options.withTest(normal)))) {
            assertThat(split.training().sampleShape()).isEqualTo(Shape.of(1));
            assertThat(sample(split.training(), 3)).containsExactly(3);
            assertThat(sample(split.test(), 3)).containsExactly(3);
        }
        SeriesOptions misspelt = PLAIN.withTable(TableOptions.DEFAULT.withExclude(List.of("chance")));
        assertThatThrownBy(() -> SeriesSplit.open(later, misspelt.withTest(normal)))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't take what is left out from " + later
                        + ": it has no column 'chance'. Did you mean 'change'?");
    }

    @Test
    void labelsOfAFileGoWithItsRowsWhereverTheirSeriesIs() throws IOException {
        // Rows of two series in turns; the label is 1 where the number is 20 or more.
        Path file = rows("many.csv", "id,v", 12, k -> "s" + k % 3 + "," + 10 * (k % 3));
        Path labels = rows("labels.csv", "label", 12, k -> k % 3 == 2 ? "1" : "0");
        SeriesOptions options = PLAIN.withLabels(labels)
                .withWindow(1, 1)
                .withTable(TableOptions.DEFAULT.withRoles(
                        new TableOptions.Roles(List.of(), List.of(), List.of(), null, false, "id")));

        SeriesSplit split = SeriesSplit.open(file, options);

        assertThat(split.training().size()).isEqualTo(8);
        for (FloatDataset part : List.of(split.training(), split.test())) {
            for (int i = 0; i < part.size(); i++) {
                assertThat(part.label(i)).isEqualTo(sample(part, i)[0] >= 20 ? 1 : 0);
            }
        }
    }

    @Test
    void rowsOfSomeClassesAreTrainedOnAndScalesFittedToThem() throws IOException {
        Path file = rows("s.csv", "v,status", 20, k -> (k == 4 ? 1000 : k) + "," + (k == 4 ? "BROKEN" : "NORMAL"));
        SeriesOptions options = SeriesOptions.defaults()
                .withLabelColumn("status")
                .withWindow(3, 1)
                .withClasses(new Classes(List.of("NORMAL"), LabelRule.ANY));

        SeriesSplit split = SeriesSplit.open(file, options);

        // Of rows 0 to 15: 0 to 3 and 5 to 15.
        assertThat(split.training().size()).isEqualTo(2 + 9);
        assertThat(split.training().normalization().scales()).containsExactly(1 / 15.0);
        assertThatThrownBy(() ->
                        SeriesSplit.open(file, options.withClasses(new Classes(List.of("NORMAl"), LabelRule.ANY))))
                .hasMessageContaining("no row has it. Did you mean 'NORMAL'?");
    }

    @Test
    void rowsOfOtherClassesAreNotTestedByWhereThatIsSaid() throws IOException {
        Path file = rows("s.csv", "v,status", 20, k -> k + "," + (k == 17 ? "BROKEN" : "NORMAL"));
        SeriesOptions options = SeriesOptions.defaults()
                .withLabelColumn("status")
                .withTestShare(0.5)
                .withWindow(3, 1)
                .withClasses(new Classes(List.of("NORMAL"), LabelRule.ANY, true));

        SeriesSplit split = SeriesSplit.open(file, options);

        // Of rows 10 to 19: 10 to 16; 18 and 19 are too few for a window.
        assertThat(split.test().size()).isEqualTo(5);
        assertThat(split.notes()).contains("9 of the 10 rows to test by are NORMAL.");
    }

    @Test
    void aShortAnomalyCountsByAnyOfItsStepsOrIsSaidToVanish() throws IOException {
        Path file = rows("s.csv", "v,anomaly", 100, k -> k + "," + (k == 70 ? 1 : 0));
        SeriesOptions options =
                PLAIN.withLabelColumn("anomaly").withWindow(20, 1).withTestShare(0.5);

        SeriesSplit majority = SeriesSplit.open(file, options);
        SeriesSplit any = SeriesSplit.open(file, options.withClasses(new Classes(List.of(), LabelRule.ANY)));
        SeriesSplit last = SeriesSplit.open(file, options.withClasses(new Classes(List.of(), LabelRule.LAST)));

        assertThat(ones(majority.test())).isZero();
        assertThat(majority.notes())
                .anyMatch(note ->
                        note.startsWith("No window of the test part has the class 1, which 1 of its rows have"));
        assertThat(ones(any.test()))
                .as("windows of the test part that hold row 70")
                .isEqualTo(20);
        assertThat(ones(last.test())).isEqualTo(1);
    }

    private static int ones(FloatDataset data) {
        int ones = 0;
        for (int i = 0; i < data.size(); i++) {
            ones += data.label(i);
        }
        return ones;
    }

    @ParameterizedTest
    @EnumSource(Missing.class)
    void gapsAreCountedAndTreatedAsSaid(Missing missing) throws IOException {
        String[] values = {"NaN", "2", "", "", "8", "10", "?", "14", "16", "18"};
        Path file = rows("s.csv", "v,w", 10, k -> values[k] + ",1");
        SeriesOptions options = PLAIN.withTestShare(0.2)
                .withWindow(2, 1)
                .withSteps(new Steps(missing, null, null, new Lengths(false, -1)));

        if (missing == Missing.FAIL) {
            assertThatThrownBy(() -> SeriesSplit.open(file, options))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessage(file + ": expected no gaps, found 4 numbers of 'v' (longest run 2). Say what becomes of"
                            + " them by --missing, in a recipe by 'missing': interpolate, hold, mean or drop_windows.");
            return;
        }
        SeriesSplit split = SeriesSplit.open(file, options);
        assertThat(split.notes()).contains("The training part lacks 4 numbers of 'v' (longest run 2).");
        switch (missing) {
            case INTERPOLATE -> assertThat(first(split.training())).containsExactly(2, 2, 4, 6, 8, 10, 12);
            case HOLD -> assertThat(first(split.training())).containsExactly(2, 2, 2, 2, 8, 10, 10);
            case MEAN -> assertThat(first(split.training())).containsExactly(8.5f, 2, 8.5f, 8.5f, 8, 10, 8.5f);
            default -> assertThat(first(split.training())).as("8 and 10 alone").containsExactly(8);
        }
    }

    /** The first step's first channel of each window. */
    private static float[] first(FloatDataset data) {
        float[] first = new float[data.size()];
        for (int i = 0; i < first.length; i++) {
            first[i] = sample(data, i)[0];
        }
        return first;
    }

    @Test
    void interpolationGoesByTimeAndKnowsNothingOfTheTestPart() throws IOException {
        int[] seconds = {0, 10, 40, 50, 60};
        String[] values = {"0", "", "40", "", "60"};
        Path file = rows(
                "s.csv",
                "time,v",
                5,
                k -> String.format("2024-01-01 00:00:%02d,%s", seconds[k] % 60, values[k])
                        .replace("00:00:00,60", "00:01:00,60"));

        SeriesSplit split = SeriesSplit.open(
                file,
                PLAIN.withTestShare(0.2).withSteps(new Steps(Missing.INTERPOLATE, null, null, new Lengths(false, 0))));

        assertThat(first(split.training())).containsExactly(0, 10, 40, 40);
        assertThat(split.test().times().orElseThrow().begin(0)).isEqualTo("2024-01-01T00:01");
    }

    @Test
    void noWindowCrossesALongGapAndEveryTestRowIsInOne() throws IOException {
        Path file = rows("s.csv", "time,v", 40, k -> (1_700_000_000 + k + (k >= 33 ? 100 : 0)) + "," + k);

        SeriesSplit split = SeriesSplit.open(
                file,
                PLAIN.withTestShare(0.5)
                        .withWindow(4, 3)
                        .withSteps(new Steps(Missing.FAIL, Duration.ofSeconds(10), null, new Lengths(false, 0))));

        assertThat(first(split.training())).containsExactly(0, 3, 6, 9, 12, 15);
        assertThat(first(split.test())).as("20 to 32, then 33 to 39").containsExactly(20, 23, 26, 29, 33, 36);
        assertThat(split.test().times().orElseThrow().end(3)).isEqualTo("2023-11-14T22:13:52Z");
        assertThat(split.notes()).anyMatch(note -> note.contains("1 are longer or shorter, the longest 101 s"));
        assertThat(split.notes()).contains("1 of the 20 rows of the training part are in no sample.");
    }

    @Test
    void rowsAreBroughtToEqualSteps() throws IOException {
        int[] seconds = {0, 20, 59, 61, 200, 210, 300, 359};
        Path file = rows("s.csv", "epoch,v", 8, k -> (1_700_000_040 + seconds[k]) + "," + k);

        SeriesSplit split = SeriesSplit.open(
                file,
                PLAIN.withTestShare(0.25)
                        .withSteps(new Steps(
                                Missing.HOLD,
                                null,
                                new Resample(Duration.ofMinutes(1), Resample.How.MEAN),
                                new Lengths(false, 0))));

        assertThat(first(split.training())).containsExactly(1, 3, 3, 4.5f);
        assertThat(first(split.test())).containsExactly(6.5f);
        assertThat(split.training().times().orElseThrow().begin(3)).isEqualTo("2023-11-14T22:17:00Z");
    }

    @Test
    void seriesAreToldApartAndFilledUpOrCut() throws IOException {
        // Series 0, 1, … have 3, 4, 5, … rows, written in turns.
        StringBuilder text = new StringBuilder("id,v\n");
        for (int row = 0; row < 7; row++) {
            for (int series = 0; series < 5; series++) {
                text.append(row < 3 + series ? "s" + series + "," + (10 * series + row) + "\n" : "");
            }
        }
        Path file = Files.writeString(folder.resolve("many.csv"), text);
        SeriesOptions options = PLAIN.withTable(TableOptions.DEFAULT.withRoles(
                new TableOptions.Roles(List.of(), List.of(), List.of(), null, false, "id")));

        SeriesSplit padded = SeriesSplit.open(file, options);
        SeriesSplit cut =
                SeriesSplit.open(file, options.withSteps(new Steps(Missing.FAIL, null, null, new Lengths(true, 0))));
        SeriesSplit windows = SeriesSplit.open(file, options.withWindow(3, 1));

        assertThat(padded.training().sampleShape()).isEqualTo(Shape.of(6, 1));
        assertThat(sample(padded.training(), 0)).containsExactly(0, 1, 2, -1, -1, -1);
        assertThat(sample(cut.training(), 3)).containsExactly(30, 31, 32);
        assertThat(windows.training().size()).isEqualTo(1 + 2 + 3 + 4);
        assertThat(first(windows.test())).containsExactly(40, 41, 42, 43, 44);
    }

    @Test
    void aSmallChangeUponALargeOffsetIsKept() throws IOException {
        Path file = rows("s.csv", "v", 100, k -> "1700000000." + String.format("%02d", k));

        float[] scaled = first(SeriesSplit.open(file, SeriesOptions.defaults().withTestShare(0.5))
                .training());

        for (int k = 0; k < scaled.length; k++) {
            assertThat(scaled[k]).isEqualTo(k / 49f, within(1e-4f));
        }
        assertThat(SeriesSplit.open(file, PLAIN).notes())
                .anyMatch(note -> note.contains("'v' little is left in 32 bits"));
    }

    @Test
    void scalesAreThoseOfNumPyAndScikitLearn() throws IOException {
        double[] values = {1, 2, 4, 8, 16, 1000, -5, 3};
        Path file = rows("s.csv", "v,w", 10, k -> values[k % 8] + "," + k);

        Normalization robust = fitted(file, new Scale(Scaling.ROBUST, false, null));
        Normalization together = fitted(file, new Scale(Scaling.MIN_MAX, true, null));
        Normalization log = fitted(file, new Scale(Scaling.LOG1P, false, new Normalization.Clip(-1, 1)));

        // numpy.percentile of the first eight: 1.75, 3.5 and 10.
        assertThat(robust.scales().getFirst()).isEqualTo(1 / 8.25);
        assertThat(robust.offsets().getFirst()).isEqualTo(-3.5 / 8.25);
        assertThat(together.scales()).containsExactly(1 / 1005.0);
        float[] row = {1000, 0};
        log.apply(row, 0, 2);
        assertThat(row[0]).isEqualTo(1f);
        log.restore(row, 0, 2);
        assertThat(row[0]).isEqualTo(1000f, within(0.01f));
    }

    private static Normalization fitted(Path file, Scale scale) {
        return SeriesSplit.open(file, SeriesOptions.defaults().withScale(scale))
                .training()
                .normalization();
    }

    @Test
    void whatCanTeachNothingIsNamed() throws IOException {
        Path file = rows("s.csv", "v,w,x", 10, k -> k + ",7,");

        SeriesSplit split =
                SeriesSplit.open(file, PLAIN.withSteps(new Steps(Missing.HOLD, null, null, new Lengths(false, 0))));

        assertThat(split.notes()).anyMatch(note -> note.contains("nothing to learn in 'w' (always 7.0), 'x' (empty)"));
    }

    private Path rows(String name, String header, int count, Row row) throws IOException {
        StringBuilder text = new StringBuilder(header + "\n");
        for (int i = 0; i < count; i++) {
            text.append(row.text(i)).append('\n');
        }
        return Files.writeString(folder.resolve(name), text);
    }

    private static float[] sample(FloatDataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }
}
