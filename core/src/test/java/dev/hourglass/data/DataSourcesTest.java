package dev.hourglass.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.catalog.DigitsCatalog;
import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.data.catalog.FetchListener;
import dev.hourglass.data.files.Idx;
import dev.hourglass.data.files.NpyWriter;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSourcesTest {
    @TempDir
    private Path folder;

    private DataSources sources;

    @BeforeEach
    void cacheAllButTheNetwork() throws IOException {
        DatasetCatalog catalog = DigitsCatalog.of(DigitsCatalog.settings(folder.resolve("home")));
        Path cache = Files.createDirectories(catalog.folder("digits"));
        for (String name : DigitsCatalog.FILES.keySet()) {
            Files.write(cache.resolve(name), DigitsCatalog.bytes(name));
        }
        sources = new DataSources(catalog);
    }

    @Test
    void aNameOpensTheCatalogsDataWithTheTestSetAsDefault() {
        assertThat(open("digits:train").size()).isEqualTo(5);
        assertThat(open("digits:test").name()).isEqualTo("digits:test");
        assertThat(open("digits").name()).isEqualTo("digits:test");
        assertThat(open("digits", SourceOptions.defaults().withSampleShape(Shape.of(20, 30)))
                        .sampleShape())
                .isEqualTo(Shape.of(20, 30));
    }

    @Test
    void filesAreToldByTheirFirstBytes() throws IOException {
        Path idx = Files.write(folder.resolve("pictures"), Idx.images(4, 2, 3, new Random(1)));
        Path gzipped = Files.write(folder.resolve("pictures.gz"), Idx.gzip(Idx.images(4, 2, 3, new Random(1))));
        Path npy = npy("codes.bin", Shape.of(3), 6);
        Path csv = Files.writeString(folder.resolve("series.tsv"), "1\t2\n3\t4\n");

        assertThat(open(idx.toString()).sampleShape()).isEqualTo(Shape.of(2, 3, 1));
        assertThat(open(gzipped.toString()).size()).isEqualTo(4);
        assertThat(open(npy.toString()).size()).isEqualTo(2);
        assertThat(open(csv.toString()).sampleShape()).isEqualTo(Shape.of(2));
        Path table = Files.write(folder.resolve("Series.CSV.gz"), Idx.gzip("a;b;c\n1;2;3\n".getBytes(UTF_8)));
        assertThat(open(table.toString()).sampleShape()).isEqualTo(Shape.of(3));
        assertThat(open(table.toString()).size()).isEqualTo(1);
    }

    @Test
    void anUnknownSourceIsAnsweredWithTheNearest() throws IOException {
        npy("codes.npy", Shape.of(3), 6);
        String near = folder.resolve("coeds.npy").toString();

        assertThatThrownBy(() -> open("digtis:test"))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't find data source 'digtis:test': no such data set, file or folder. Did you mean"
                        + " 'digits'? Else give the path of " + DataSources.FILES
                        + ", or a folder of pictures, tables or sounds.");
        assertThatThrownBy(() -> open(near))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't find data source '" + near + "': no such file or folder. Did you mean 'codes.npy'?");
        assertThatThrownBy(() -> open("digits:valid")).hasMessageContaining("expected train or test");
        assertThatThrownBy(() -> open("")).hasMessageContaining("names no data set");
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws IOException {
        Path model = Files.write(folder.resolve("model.bin"), new byte[] {(byte) 0x89, 'P', 'D', 'F', 13, 10});
        Path empty = Files.write(folder.resolve("empty.bin"), new byte[0]);

        assertThatThrownBy(() -> open(model.toString()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(model + ": expected " + DataSources.FILES
                        + ", or a folder of pictures, tables or sounds, found none"
                        + " of these by its first bytes and its name. Name a"
                        + " table by its format, such as .csv or .parquet;"
                        + " convert anything else.");
        assertThatThrownBy(() -> open(empty.toString()))
                .hasMessageEndingWith(
                        "found an empty file. Name a table by its format, such as .csv or .parquet; convert"
                                + " anything else.");
        Path parquet = Files.writeString(folder.resolve("table.bin"), "PAR1");
        assertThatThrownBy(() -> open(parquet.toString())).hasMessageEndingWith("It is Parquet: name it .parquet.");
        Files.writeString(folder.resolve("100.hea"), "100 1 360\n");
        Path samples = Files.writeString(folder.resolve("100.dat"), "12345678");
        assertThatThrownBy(() -> open(samples.toString()))
                .hasMessageEndingWith("Give the header of the record, 100.hea.");
    }

    @Test
    void aFolderIsOneOfImagesAndTellsWhichAreLeftOut() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
        ImageIO.write(image, "png", images.resolve("a.png").toFile());
        Path broken = Files.writeString(images.resolve("b.png"), "broken");
        List<FetchEvent> events = new ArrayList<>();

        Dataset data =
                sources.open(images.toString(), SourceOptions.defaults().withSampleShape(Shape.of(2, 3)), events::add);

        assertThat(data.size()).isEqualTo(1);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2, 3));
        assertThat(events)
                .containsExactly(new FetchEvent.Skipped(
                        List.of(new ImageFolder.Skipped(broken, "none of PNG, JPEG, GIF, BMP, TIFF and WebP")), 1));
    }

    @Test
    void aSeriesIsCutIntoWindowsOfTheModelsInput() throws IOException {
        Path npy = npy("series.npy", Shape.of(2), 20);
        SourceOptions windows = SourceOptions.defaults().withSampleShape(Shape.of(4, 2));

        Dataset sideBySide = open(npy.toString(), windows);
        Dataset overlapping = open(npy.toString(), windows.withStride(3));

        assertThat(sideBySide.size())
                .as("begin at 0, 4 and 6, to end at the last step")
                .isEqualTo(3);
        assertThat(sample(sideBySide, 1)).containsExactly(8, 9, 10, 11, 12, 13, 14, 15);
        assertThat(sample(sideBySide, 2)).containsExactly(12, 13, 14, 15, 16, 17, 18, 19);
        assertThat(overlapping.size()).isEqualTo(3);
        assertThat(sample(overlapping, 2)).containsExactly(12, 13, 14, 15, 16, 17, 18, 19);
    }

    @Test
    void seriesThatAreShorterThanASampleAreLeftOutAndThatIsSaid() throws IOException {
        Path ts = Files.writeString(folder.resolve("cases.ts"), "@data\n1,2,3\n4,5,6,7,8\n9\n");
        List<FetchEvent> events = new ArrayList<>();

        Dataset data =
                sources.open(ts.toString(), SourceOptions.defaults().withSampleShape(Shape.of(4, 1)), events::add);

        assertThat(data.size()).isEqualTo(2);
        assertThat(sample(data, 1)).containsExactly(5, 6, 7, 8);
        assertThat(events)
                .last()
                .isEqualTo(
                        new FetchEvent.Noted("2 of the 3 series, or pieces of them between gaps, have fewer than the 4"
                                + " steps of a sample and are left out, 4 of 9 rows. --lengths pad takes each as a"
                                + " sample, filled up."));
    }

    @Test
    void rowsAsLongAsASampleAreSamples() throws IOException {
        Path npy = npy("flat.npy", Shape.of(8), 16);

        Dataset data = open(npy.toString(), SourceOptions.defaults().withSampleShape(Shape.of(4, 2)));

        assertThat(data.size()).isEqualTo(2);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(4, 2));
    }

    @Test
    void samplesOfAnotherSizeAreRefusedWithBothShapes() throws IOException {
        Path npy = npy("series.npy", Shape.of(2), 6);

        assertThatThrownBy(() -> open(npy.toString(), SourceOptions.defaults().withSampleShape(Shape.of(28, 28, 1))))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Data source '" + npy + "' has samples [2] = 2 numbers; expected [28, 28, 1] = 784, or a"
                        + " series whose steps are the last dimension. Give data of the"
                        + " shape that the model was trained on.");
        assertThatThrownBy(() -> open(npy.toString(), SourceOptions.defaults().withSampleShape(Shape.of(4, 2))))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Data source '" + npy + "' is a series of 3 steps; expected at least the 4 of a sample"
                        + " [4, 2]. Give a longer one.");
    }

    @Test
    void aModelsNormalizationIsAppliedToStoredNumbers() throws IOException {
        Path npy = npy("series.npy", Shape.of(2), 4);
        Normalization perChannel = new Normalization(List.of(10.0, 100.0), List.of(1.0, -1.0));

        Dataset scaled = open(npy.toString(), SourceOptions.defaults().withNormalization(perChannel));
        Dataset bytes = open("digits", SourceOptions.defaults().withNormalization(new Normalization(2f / 255, -1)));

        assertThat(sample(scaled, 1)).containsExactly(21, 299);
        assertThat(bytes.normalization().offset()).isEqualTo(-1);
    }

    /** The same pixels as whole numbers, as sklearn gives them, and divided already. */
    @Test
    void pixelsThatAreNotBytesAreToldByTheirNumbers() throws IOException {
        SourceOptions pixels = SourceOptions.defaults().withNormalization(Normalization.PIXELS);
        Path whole = Files.writeString(folder.resolve("whole.csv"), "a,b\n0,255\n51,102\n");
        Path divided = Files.writeString(folder.resolve("divided.csv"), "a,b\n0,1\n0.2,0.4\n");
        Path noisy = Files.writeString(folder.resolve("noisy.csv"), "a,b\n-0.3,1.2\n0.2,0.4\n");
        Path odd = Files.writeString(folder.resolve("odd.csv"), "a,b\n-3,870\n51,102\n");

        assertThat(sample(open(whole.toString(), pixels), 1)).containsExactly(51 / 255f, 102 / 255f);
        assertThat(sample(open(divided.toString(), pixels), 1)).containsExactly(0.2f, 0.4f);
        assertThat(sample(open(noisy.toString(), pixels), 0)).containsExactly(-0.3f, 1.2f);
        assertThatThrownBy(() -> open(odd.toString(), pixels))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Data source '" + odd + "' has numbers from -3 to 870, and the model was trained on pixels"
                        + " divided by 255; expected whole numbers from 0 to 255, or 0 to 1"
                        + " where they are divided already. Divide them, or name what they have"
                        + " to be divided by with --scale N (1 takes them as they are).");
    }

    @Test
    void aScaleSettlesItWhateverTheModelSays() throws IOException {
        Path whole = Files.writeString(folder.resolve("whole.csv"), "a,b\n0,255\n51,102\n");
        for (Normalization model : List.of(Normalization.PIXELS, Normalization.NONE)) {
            SourceOptions options = SourceOptions.defaults().withNormalization(model);
            assertThat(sample(open(whole.toString(), options.withScale(255f)), 1))
                    .containsExactly(51 / 255f, 102 / 255f);
            assertThat(sample(open(whole.toString(), options.withScale(1f)), 1)).containsExactly(51, 102);
            assertThat(open("digits", options.withScale(51f)).normalization()).isEqualTo(new Normalization(1 / 51f, 0));
        }
        assertThatThrownBy(() -> SourceOptions.defaults().withScale(0f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale must be finite and not 0, got 0.0");
    }

    @Test
    void labelsComeFromAFileOfAnyKind() throws IOException {
        Path npy = npy("series.npy", Shape.of(2), 6);
        Path idx = Files.write(folder.resolve("labels"), Idx.labels(7, 2, 200));
        Path csv = Files.writeString(folder.resolve("labels.csv"), "kind\n7\n2\n200\n");

        for (Path labels : List.of(idx, csv)) {
            Dataset data = open(npy.toString(), SourceOptions.defaults().withLabels(labels));
            assertThat(new int[] {data.label(0), data.label(1), data.label(2)}).containsExactly(7, 2, 200);
        }
        assertThat(open("digits:test", SourceOptions.defaults().withLabels(csv)).label(2))
                .isEqualTo(200);
    }

    @Test
    void labelsMayBeNamesWithOrWithoutAHeading() throws IOException {
        Path npy = npy("series.npy", Shape.of(2), 6);
        Path bare = Files.writeString(folder.resolve("bare.csv"), "ship\ncat\nship\n");
        Path headed = Files.writeString(folder.resolve("headed.csv"), "\uFEFFkind\r\nship\r\ncat\r\nship\r\n\r\n");

        for (Path labels : List.of(bare, headed)) {
            for (String source : List.of(npy.toString(), "digits:test")) {
                Dataset data = open(source, SourceOptions.defaults().withLabels(labels));
                assertThat(data.classNames()).containsExactly("cat", "ship");
                assertThat(new int[] {data.label(0), data.label(1), data.label(2)})
                        .containsExactly(1, 0, 1);
            }
        }
    }

    @Test
    void labelsThatDoNotMatchAreRefused() throws IOException {
        Path npy = npy("series.npy", Shape.of(2), 6);
        Path few = Files.write(folder.resolve("labels"), Idx.labels(7, 2));
        Path fractions = Files.writeString(folder.resolve("labels.csv"), "1\n0.5\n2\n");
        Path wide = Files.writeString(folder.resolve("wide.csv"), "1,2\n1,2\n1,2\n");
        Path gap = Files.writeString(folder.resolve("gap.csv"), "kind\ncat\n\nship\n");
        Path headed = Files.writeString(folder.resolve("headed.csv"), "kind\n1\n2\n");
        Path large = Files.writeString(folder.resolve("large.csv"), "1\n256\n2\n");

        assertThatThrownBy(() -> open(npy.toString(), SourceOptions.defaults().withLabels(few)))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(few + ": expected 3 labels, one for each sample of series.npy, found 2."
                        + " Samples and labels are of different sets; take both from the same one.");
        assertThatThrownBy(() -> open(npy.toString(), SourceOptions.defaults().withLabels(fractions)))
                .hasMessage(
                        fractions + ": expected one class per row, a whole number >= 0 or a name, found 0.5 at line 2."
                                + " Number the classes from 0, or name them.");
        assertThatThrownBy(() -> open(npy.toString(), SourceOptions.defaults().withLabels(wide)))
                .hasMessage(
                        wide + ": expected one class per row, a whole number >= 0 or a name, found 2 columns at line 1."
                                + " Give a file of one column.");
        assertThatThrownBy(() -> open(npy.toString(), SourceOptions.defaults().withLabels(gap)))
                .hasMessage(
                        gap + ": expected one class per row, a whole number >= 0 or a name, found nothing at line 3."
                                + " Fill the gap or drop it.");
        assertThatThrownBy(() -> open(npy.toString(), SourceOptions.defaults().withLabels(headed)))
                .hasMessageContaining("expected 3 labels, one for each sample of series.npy, found 2.");
        assertThatThrownBy(() -> open("digits:test", SourceOptions.defaults().withLabels(large)))
                .hasMessage(large + ": expected labels of 0 to 255 for samples kept as bytes, found 256 for sample 1."
                        + " Number the classes from 0.");
    }

    private Dataset open(String source) {
        return open(source, SourceOptions.defaults());
    }

    private Dataset open(String source, SourceOptions options) {
        return sources.open(source, options, FetchListener.SILENT);
    }

    private static float[] sample(Dataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }

    /** The numbers 0, 1, … */
    private Path npy(String name, Shape rowShape, int numbers) throws IOException {
        float[] values = new float[numbers];
        for (int i = 0; i < numbers; i++) {
            values[i] = i;
        }
        Path file = folder.resolve(name);
        NpyWriter.write(file, rowShape, sink -> sink.write(values, 0, numbers / rowShape.size()));
        return file;
    }

    @Test
    void aColumnThatIsCalledLabelIsNamedWhereOneNumberIsTooMany() throws IOException {
        Path csv = Files.writeString(folder.resolve("mnist.csv"), "label,p1,p2,p3,p4\n7,0,255,9,8\n2,1,2,3,200\n");
        SourceOptions model = SourceOptions.defaults().withSampleShape(Shape.of(2, 2, 1));

        assertThatThrownBy(() -> open(csv.toString(), model))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("has samples [5] = 5 numbers; expected [2, 2, 1] = 4")
                .hasMessageEndingWith("Column 'label' is probably the class: say --label-column label.");
        Dataset labelled = open(csv.toString(), model.withTables(SourceOptions.Tables.PLAIN.withLabel("label")));
        assertThat(labelled.label(0)).isEqualTo(7);
        assertThat(labelled.label(1)).isEqualTo(2);
    }
}
