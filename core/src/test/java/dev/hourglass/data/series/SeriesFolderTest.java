package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.catalog.DigitsCatalog;
import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.data.catalog.FetchListener;
import dev.hourglass.data.series.SeriesOptions.Classes;
import dev.hourglass.data.series.SeriesOptions.Lengths;
import dev.hourglass.data.series.SeriesOptions.Missing;
import dev.hourglass.data.series.SeriesOptions.Steps;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of tables, a series each. */
class SeriesFolderTest {
    private static final SeriesOptions PLAIN = SeriesOptions.defaults().withScaling(null);
    private static final FetchListener NOBODY = event -> {};

    @TempDir
    private Path temporary;

    /** Another separator, decimal sign and order of columns, a folder within, and what desktops leave. */
    @Test
    void windowsStayWithinFilesAndTheLastFilesAreTestedBy() throws IOException {
        Path runs = folder("runs");
        write(runs, "b.csv", "temp;speed\n10,5;1\n11,5;2\n12,5;3\n");
        write(runs, "a.csv", "temp,speed\n0.5,1\n1.5,2\n2.5,3\n3.5,4\n4.5,5\n");
        write(runs, "late/c.tsv", "speed\textra\ttemp\n7\t0\t70.5\n8\t0\t71.5\n9\t0\t72.5\n");
        write(runs, ".hidden.csv", "broken");
        write(runs, "Thumbs.db", "broken");
        write(runs, "__MACOSX/._a.csv", "broken");

        SeriesSplit split = SeriesSplit.open(runs, PLAIN.withWindow(2, 1).withTestShare(0.3));

        assertThat(firsts(split.training())).containsExactly(0.5f, 1.5f, 2.5f, 3.5f, 10.5f, 11.5f);
        assertThat(firsts(split.test())).containsExactly(70.5f, 71.5f);
        assertThat(sample(split.test(), 0)).containsExactly(70.5f, 7, 71.5f, 8);
        assertThat(series(split.training())).containsExactly("a.csv", "a.csv", "a.csv", "a.csv", "b.csv", "b.csv");
        assertThat(series(split.test())).containsExactly("late/c.tsv", "late/c.tsv");
        assertThat(rows(split.test()).keys().id()).isEqualTo("file");
        assertThat(split.notes())
                .contains(
                        "runs: 3 files, each a series.",
                        "b.csv: ';' between columns, decimal comma, a line of names, channels 'temp' and 'speed'.",
                        "The last 1 of 3 series of runs are tested by.")
                .anyMatch(note -> note.contains("left out 'extra'"));
    }

    /** The scale is that of all files that are trained on, of one file beside a folder too. */
    @Test
    void scalesAreOfAllFilesAndATestMayBeAFolderOrAFile() throws IOException {
        Path runs = folder("runs");
        write(runs, "a.csv", "v\n0\n1\n");
        write(runs, "b.csv", "v\n3\n4\n");
        Path later = folder("later");
        write(later, "c.csv", "v\n2\n8\n");
        SeriesOptions scaled = SeriesOptions.defaults().withWindow(2, 2);

        SeriesSplit byFolder = SeriesSplit.open(runs, scaled.withTest(later));
        SeriesSplit byFile = SeriesSplit.open(runs, scaled.withTest(later.resolve("c.csv")));

        assertThat(sample(byFolder.training(), 1)).containsExactly(0.75f, 1);
        assertThat(sample(byFolder.test(), 0)).containsExactly(0.5f, 2);
        assertThat(sample(byFile.test(), 0)).containsExactly(0.5f, 2);
        Path both = folder("both");
        write(both, "train/a.csv", "v\n0\n1\n");
        write(both, "test/a.csv", "v\n5\n6\n");
        SeriesSplit parts = SeriesSplit.open(both, PLAIN.withWindow(2, 2));
        assertThat(sample(parts.training(), 0)).containsExactly(0, 1);
        assertThat(sample(parts.test(), 0)).containsExactly(5, 6);
        assertThat(parts.notes())
                .contains("Files of " + both.resolve("train") + " are trained on, those of " + both.resolve("test")
                        + " are tested by.");
    }

    @Test
    void withoutAWindowEachFileIsASampleFilledUpOrCut() throws IOException {
        Path runs = folder("runs");
        write(runs, "a.csv", "v\n1\n2\n3\n");
        write(runs, "b.csv", "v\n4\n");
        write(runs, "c.csv", "v\n5\n6\n");
        SeriesOptions filled = PLAIN.withSteps(new Steps(Missing.FAIL, null, null, new Lengths(false, -9)));
        SeriesOptions cut = PLAIN.withSteps(new Steps(Missing.FAIL, null, null, new Lengths(true, 0)));

        SeriesSplit split = SeriesSplit.open(runs, filled.withTestShare(0.3));

        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(3, 1));
        assertThat(sample(split.training(), 1)).containsExactly(4, -9, -9);
        assertThat(sample(split.test(), 0)).containsExactly(5, 6);
        assertThat(sample(SeriesSplit.open(runs, cut.withTestShare(0.3)).training(), 0))
                .containsExactly(1);
    }

    /** The second file has a class that the first has not, and codes of its own. */
    @Test
    void classesAreThoseOfAllFiles() throws IOException {
        Path runs = folder("runs");
        write(runs, "a.csv", "v,state\n0,fine\n1,fine\n2,worn\n");
        write(runs, "b.csv", "v,state\n3,broken\n4,fine\n5,worn\n");
        write(runs, "c.csv", "v,state\n6,worn\n");
        SeriesOptions labelled = PLAIN.withTable(TableOptions.DEFAULT.withLabel("state"))
                .withWindow(1, 1)
                .withTestShare(0.3);

        FloatDataset training = SeriesSplit.open(runs, labelled).training();
        FloatDataset fine = SeriesSplit.open(
                        runs, labelled.withClasses(new Classes(List.of("fine"), Classes.ALL.rule())))
                .training();

        assertThat(IntStream.range(0, 6).mapToObj(i -> training.classNames().get(training.label(i))))
                .containsExactly("fine", "fine", "worn", "broken", "fine", "worn");
        assertThat(firsts(fine)).containsExactly(0f, 1f, 4f);
        write(runs, "d.csv", "v\n7\n");
        assertThatThrownBy(() -> SeriesSplit.open(runs, labelled))
                .hasMessageContaining(runs.resolve("d.csv").toString())
                .hasMessageContaining("no column 'state'");
    }

    /** Times may be written in another way in each file, and begin anew. */
    @Test
    void timesAreFoundFileByFile() throws IOException {
        Path runs = folder("runs");
        write(runs, "a.csv", "stamp,v\n2024-01-02T00:00:00,1\n2024-01-02T00:01:00,2\n");
        write(runs, "b.csv", "stamp;v\n01.01.2024 10:00;3\n31.01.2024 10:01;4\n");

        SeriesSplit split = SeriesSplit.open(runs, PLAIN.withWindow(2, 1));

        assertThat(split.training().times().orElseThrow().begin(0)).startsWith("2024-01-02T00:00");
        assertThat(split.test().times().orElseThrow().begin(0)).startsWith("2024-01-01T10:00");
        assertThat(rows(split.test()).keys().time()).isEqualTo("stamp");
        write(runs, "c.csv", "v\n1\n");
        assertThatThrownBy(() -> SeriesSplit.open(runs, PLAIN))
                .hasMessage("Can't read " + runs.resolve("c.csv") + " beside " + runs.resolve("a.csv")
                        + ": expected times as there, found none. Name their column with 'time_column', or leave it"
                        + " out of all (exclude).");
    }

    @Test
    void filesThatDontFitAreRefusedByName() throws IOException {
        Path runs = folder("runs");
        write(runs, "a.csv", "x,y\n1,2\n3,4\n");
        Path lacking = write(runs, "b.csv", "x,z\n1,2\n");
        assertThatThrownBy(() -> SeriesSplit.open(runs, PLAIN))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't take the columns 'x', 'y' from " + lacking
                        + ": it has 'x', 'z', and 'y' is missing. Add or rename it.");

        Path bare = folder("bare");
        write(bare, "a.csv", "1,2\n3,4\n");
        Path wide = write(bare, "b.csv", "1,2,3\n4,5,6\n");
        assertThatThrownBy(() -> SeriesSplit.open(bare, PLAIN))
                .hasMessage("Can't read " + wide + " beside " + bare.resolve("a.csv") + ": expected 2 columns without"
                        + " names as there, found 3 columns without names. Give all files the same columns.");

        Path broken = write(bare, "b.csv", "1,2\n3,x\n");
        assertThatThrownBy(() -> SeriesSplit.open(bare, PLAIN))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(broken + ": expected a number at line 2, column 2");

        Path other = folder("other");
        write(other, "a.csv", "1\n");
        write(other, "notes/more.pdf", "text");
        assertThatThrownBy(() -> SeriesSplit.open(other, PLAIN))
                .hasMessage("Can't read " + other + " as series: expected tables alone, a series each, found"
                        + " notes/more.pdf among them. Take it out.");
        Path empty = folder("empty");
        assertThatThrownBy(() -> SeriesSplit.open(empty, PLAIN)).hasMessageContaining("found none");
        write(empty, "a.png", "");
        assertThatThrownBy(() -> SeriesSplit.open(empty, PLAIN))
                .hasMessageEndingWith("found pictures. In a recipe write 'images:' in place of 'source:'.");
    }

    /** The order does not depend on the file system; of many files a few are described. */
    @Test
    void manyFilesComeInTheOrderOfTheirNames() throws IOException {
        Path runs = folder("runs");
        for (int i = 29; i >= 0; i--) {
            write(runs, String.format(Locale.ROOT, "%02d.csv", i), "v%d,w\n%d,0\n".formatted(i % 2, i));
        }
        TableOptions second = TableOptions.DEFAULT.withColumns(List.of("w"));

        SeriesSplit split = SeriesSplit.open(runs, PLAIN.withTable(second).withTestShare(0.5));

        assertThat(series(split.training()))
                .hasSize(15)
                .isSorted()
                .startsWith("00.csv")
                .endsWith("14.csv");
        assertThat(split.notes()).anyMatch(note -> note.startsWith("00.csv and 14 more: "));
    }

    @Test
    void aCommandReadsAFolderAsItsModelWants() throws IOException {
        Path runs = folder("runs");
        write(runs, "a.csv", "v\n0\n1\n2\n");
        write(runs, "b.csv", "v\n3\n4\n");
        DataSources sources = new DataSources(DigitsCatalog.of(DigitsCatalog.settings(temporary.resolve("home"))));
        SourceOptions windows =
                SourceOptions.defaults().withSampleShape(Shape.of(2, 1)).withStride(1);
        List<FetchEvent> events = new ArrayList<>();

        Dataset data = sources.open(runs.toString(), windows, events::add);

        assertThat(series(data)).containsExactly("a.csv", "a.csv", "b.csv");
        assertThat(events).contains(new FetchEvent.Noted("runs: 2 files, each a series."));
        write(runs, "plot.png", "");
        assertThatThrownBy(() -> sources.open(runs.toString(), windows, NOBODY))
                .hasMessage("Can't tell what " + runs + " is: expected pictures or tables, found 1 pictures and 2"
                        + " tables, such as a.csv. Take the ones or the others out.");
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(temporary.resolve(name));
    }

    private static Path write(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static SourceRows rows(Dataset data) {
        return data.places().map(SamplePlaces::rows).orElseThrow();
    }

    private static List<String> series(Dataset data) {
        SamplePlaces places = data.places().orElseThrow();
        return IntStream.range(0, data.size())
                .mapToObj(i -> places.rows().seriesOf(places.start(i)))
                .toList();
    }

    private static List<Float> firsts(Dataset data) {
        return IntStream.range(0, data.size()).mapToObj(i -> sample(data, i)[0]).toList();
    }

    private static float[] sample(Dataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }
}
