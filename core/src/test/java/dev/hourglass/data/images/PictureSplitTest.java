package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.files.NpyWriter;
import dev.hourglass.data.images.PictureSplitOptions.Numbers;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PictureSplitTest {
    private static final PictureSplitOptions DEFAULTS = PictureSplitOptions.defaults();

    @TempDir
    private Path folder;

    @Test
    void aFifthOfEachClassIsTestedByInAnOrderThatTheSeedAloneDecides() throws IOException {
        for (int i = 0; i < 20; i++) {
            put("cats/" + i + ".png", 3, 2, i);
            put("dogs/" + i + ".png", 3, 2, 100 + i);
        }

        PictureSplit split = PictureSplit.open(folder, DEFAULTS);

        assertThat(names(split.training())).hasSize(32).doesNotContainAnyElementsOf(names(split.test()));
        assertThat(labels(split.test())).hasSize(8).containsOnly(0, 1);
        assertThat(labels(split.test()).stream().filter(label -> label == 0)).hasSize(4);
        assertThat(split.test().classNames()).containsExactly("cats", "dogs");
        assertThat(labels(split.training().limit(10)))
                .as("the first ones are of all classes")
                .contains(0, 1);
        for (Dataset part : List.of(split.training(), split.test())) {
            assertThat(part.normalization()).isEqualTo(Normalization.PIXELS);
            for (int i = 0; i < part.size(); i++) {
                String name = part.sampleName(i);
                int number = Integer.parseInt(name.replaceAll("\\D", ""));
                boolean isCat = name.startsWith("cats/");
                assertThat(first(part, i)).isEqualTo((isCat ? 0 : 100) + number);
                assertThat(part.label(i)).isEqualTo(isCat ? 0 : 1);
            }
        }
        assertThat(names(PictureSplit.open(folder, DEFAULTS).test())).isEqualTo(names(split.test()));
        assertThat(names(PictureSplit.open(folder, DEFAULTS.withSeed(1)).test()))
                .isNotEqualTo(names(split.test()));
        assertThat(PictureSplit.open(folder, DEFAULTS.withTestShare(0.5)).test().size())
                .isEqualTo(20);
    }

    @Test
    void smallClassesShareWhatIsTestedBy() throws IOException {
        for (int i = 0; i < 10; i++) {
            put("class" + i + "/a.png", 1, 1, i);
        }

        PictureSplit split = PictureSplit.open(folder, DEFAULTS);

        assertThat(split.test().size()).isEqualTo(2);
        assertThat(split.training().size()).isEqualTo(8);
    }

    @Test
    void foldersCalledTrainAndTestAreTheParts() throws IOException {
        put("train/cat/a.png", 2, 2, 1);
        put("train/dog/a.png", 2, 2, 2);
        put("Test/dog/a.png", 2, 2, 3);
        put("Test/eel/a.png", 2, 2, 4);

        PictureSplit split = PictureSplit.open(folder, DEFAULTS);

        assertThat(names(split.training())).containsExactlyInAnyOrder("train/cat/a.png", "train/dog/a.png");
        assertThat(names(split.test())).containsExactlyInAnyOrder("Test/dog/a.png", "Test/eel/a.png");
        assertThat(split.training().classNames()).containsExactly("cat", "dog", "eel");
        assertThat(split.notes())
                .containsExactly(
                        "Pictures of " + folder.resolve("train") + " are trained on, those of " + folder.resolve("Test")
                                + " are tested by.",
                        "No picture to train on has one of these classes of the test: eel.");

        PictureSplit named = PictureSplit.open(folder.resolve("train"), DEFAULTS.withTest(folder.resolve("Test")));
        assertThat(names(named.test())).isEqualTo(names(split.test()));
    }

    @Test
    void aTestFolderWithoutClassesHasNoLabels() throws IOException {
        put("train/cat/a.png", 2, 2, 1);
        put("train/dog/a.png", 2, 2, 2);
        put("test/1.png", 2, 2, 3);

        PictureSplit split = PictureSplit.open(folder, DEFAULTS);

        assertThat(split.training().hasLabels()).isTrue();
        assertThat(split.test().hasLabels()).isFalse();
        assertThat(names(split.test())).containsExactly("test/1.png");
    }

    @Test
    void hiddenFilesAndThoseOfArchivesArePassedOverAndOthersAreListed() throws IOException {
        put("cats/2023/January/a.PNG", 2, 2, 1);
        put("cats/b.png", 2, 2, 2);
        put("dogs/a.png", 2, 2, 3);
        put(".hidden/a.png", 2, 2, 4);
        put("__MACOSX/a.png", 2, 2, 5);
        put("dogs/@eaDir/a.png", 2, 2, 6);
        Files.write(folder.resolve("dogs/._a.png"), new byte[4]);
        Files.writeString(folder.resolve("dogs/notes.txt"), "no picture");
        Files.write(folder.resolve("dogs/phone.HEIC"), new byte[100]);
        Files.write(folder.resolve("dogs/broken.jpg"), new byte[100]);
        Files.createSymbolicLink(folder.resolve("eels"), folder.resolve("dogs"));
        Files.createSymbolicLink(folder.resolve("loop"), folder);
        Files.createSymbolicLink(folder.resolve("cats/up"), folder);

        PictureSplit split = PictureSplit.open(folder, DEFAULTS);

        assertThat(names(split.training()))
                .hasSize(3)
                .isSubsetOf("cats/2023/January/a.PNG", "cats/b.png", "dogs/a.png", "eels/a.png");
        assertThat(split.training().classNames()).containsExactly("cats", "dogs", "eels");
        assertThat(split.skipped())
                .contains(
                        new ImageFolder.Skipped(
                                folder.resolve("dogs/broken.jpg"), "none of PNG, JPEG, GIF, BMP, TIFF and WebP"),
                        new ImageFolder.Skipped(
                                folder.resolve("dogs/phone.HEIC"), "HEIC is not read; convert it to PNG or JPEG"));
    }

    @Test
    void whatCannotBeSplitIsRefusedWithWhatWasFound() throws IOException {
        assertThatThrownBy(() -> PictureSplit.open(folder, DEFAULTS))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("in it or in folders of it, found none.");

        put("one.png", 2, 2, 1);
        assertThatThrownBy(() -> PictureSplit.open(folder, DEFAULTS))
                .hasMessage("Can't split " + folder + ": expected at least 2 pictures that can be read, one to train on"
                        + " and one to test by, found 1. Give more, or a folder or file of its own as 'test'.");

        put("two.png", 3, 2, 1);
        put("three.png", 3, 2, 1);
        assertThatThrownBy(() -> PictureSplit.open(folder, DEFAULTS))
                .hasMessage("Can't read " + folder + ": expected pictures of 2 x 2 pixels, found 2 of 3 with other"
                        + " sizes: 3 x 2 (2, such as three.png). Choose a size and how to"
                        + " fit them, such as 'size: [2, 2]' and 'fit: crop' (or pad,"
                        + " stretch) in a recipe or --fit crop for a command ('evaluate --patches 16' and 'denoise' take all sizes), or take them"
                        + " out.");
        PictureOptions fitted = PictureOptions.defaults()
                .withSize(new Picture.Size(4, 5))
                .withFit(Fit.PAD)
                .withColour(PictureOptions.Colour.RGB);
        assertThat(PictureSplit.open(folder, DEFAULTS.withPictures(fitted))
                        .training()
                        .sampleShape())
                .isEqualTo(Shape.of(5, 4, 3));
        assertThatThrownBy(() -> PictureSplit.open(folder, DEFAULTS.withTest(folder.resolve("one.png"))))
                .hasMessageContaining("expected a folder as");
        assertThatThrownBy(() ->
                        PictureSplit.open(folder, DEFAULTS.withNumbers(new Numbers(null, null, null, null, 255f))))
                .hasMessageContaining("Leave them out.");
    }

    @Test
    void aColumnThatIsCalledLabelIsSuggestedAsTheClassOfRowsOfPixels() throws IOException {
        Path file = Files.writeString(
                folder.resolve("mnist.csv"), "label,p1,p2,p3,p4\n7,0,255,9,8\n2,1,2,3,200\n7,1,2,3,4\n");
        PictureOptions size = PictureOptions.defaults().withSize(new Picture.Size(2, 2));

        assertThatThrownBy(() -> PictureSplit.open(file, DEFAULTS.withPictures(size)))
                .hasMessageEndingWith("expected 4 numbers in a row, found 5. Column 'label' is probably the class: say"
                        + " 'label_column: label'.");
        assertThatThrownBy(() -> PictureSplit.open(file, DEFAULTS))
                .hasMessageEndingWith("Say it, such as 'size: [2, 2]' (height, width), and 'label_column: label', which"
                        + " is probably the class.");
    }

    @Test
    void rowsOfATableBecomePicturesOfTheSizeThatIsSaid() throws IOException {
        Path file = folder.resolve("digits.csv");
        StringBuilder csv = new StringBuilder("label,p0,p1,p2,p3,p4,p5\n");
        for (int i = 0; i < 10; i++) {
            csv.append(i % 2 == 0 ? "even" : "odd")
                    .append(",0,50,100,150,200,")
                    .append(200 + i)
                    .append('\n');
        }
        Files.writeString(file, csv);
        PictureSplitOptions labelled = DEFAULTS.withNumbers(new Numbers(null, null, "label", null, null));
        PictureOptions size = PictureOptions.defaults().withSize(new Picture.Size(3, 2));

        PictureSplit split = PictureSplit.open(file, labelled.withPictures(size));

        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(2, 3, 1));
        assertThat(split.training().size()).isEqualTo(8);
        assertThat(split.test().classNames()).containsExactly("even", "odd");
        assertThat(split.training().normalization()).isEqualTo(Normalization.PIXELS);
        float[] sample = new float[6];
        split.test().copySample(0, sample, 0);
        assertThat(sample[1]).isEqualTo(50 / 255f);
        assertThat(split.notes()).contains("The numbers of " + file + " are from 0 to 209 and are divided by 255.");

        assertThatThrownBy(() -> PictureSplit.open(file, labelled))
                .hasMessageContaining("they have 6 numbers, and their size is not known. Say it, such as");
        PictureOptions wrong = PictureOptions.defaults().withSize(new Picture.Size(4, 2));
        assertThatThrownBy(() -> PictureSplit.open(file, labelled.withPictures(wrong)))
                .hasMessageContaining("expected 8 numbers in a row, found 6.");
        assertThatThrownBy(() -> PictureSplit.open(file, labelled.withPictures(size.withFit(Fit.CROP))))
                .hasMessageContaining("Leave 'fit' out");
    }

    @Test
    void arraysBecomePicturesAndTheirNumbersAreToldOrRefused() throws IOException {
        Path units = npy("units.npy", 1f / 16);
        Path bytes = npy("bytes.npy", 1);
        Path deep = npy("deep.npy", 4000);

        assertThat(PictureSplit.open(units, DEFAULTS).notes())
                .containsExactly("The numbers of " + units + " are from 0 to 0.9375 and are taken as they are.");
        assertThat(PictureSplit.open(bytes, DEFAULTS).training().normalization())
                .isEqualTo(Normalization.PIXELS);
        assertThatThrownBy(() -> PictureSplit.open(deep, DEFAULTS))
                .hasMessage("The numbers of " + deep + " are from 0 to 60000; expected pixels: whole numbers from 0 to"
                        + " 255, or 0 to 1 where they are divided already. Say what they are to be divided by, such as"
                        + " 'scale: 65535' ('scale: 1' takes them as they are).");
        PictureSplitOptions scaled = DEFAULTS.withNumbers(new Numbers(null, null, null, null, 60_000f));
        float[] sample = new float[4];
        PictureSplit.open(deep, scaled).test().copySample(0, sample, 0);
        assertThat(Arrays.equals(sample, new float[4])).isFalse();
        assertThat(sample[3]).isBetween(0f, 1f);
        assertThat(PictureSplit.open(units, DEFAULTS).training().sampleShape()).isEqualTo(Shape.of(2, 2, 1));
        assertThat(PictureSplit.open(units, DEFAULTS.withTest(units)).test().size())
                .isEqualTo(4);
    }

    @Test
    void idxFilesTakeTheirLabels() throws IOException {
        Path images = folder.resolve("images");
        Path labels = folder.resolve("labels");
        ByteBuffer pixels = ByteBuffer.allocate(16 + 5 * 4);
        pixels.putInt(0x803).putInt(5).putInt(2).putInt(2);
        IntStream.range(0, 20).forEach(i -> pixels.put((byte) (i * 10)));
        Files.write(images, pixels.array());
        Files.write(labels, new byte[] {0, 0, 8, 1, 0, 0, 0, 5, 3, 1, 4, 1, 5});

        PictureSplit split =
                PictureSplit.open(images, DEFAULTS.withNumbers(new Numbers(labels, null, null, null, null)));

        for (int i = 0; i < split.training().size(); i++) {
            int index = first(split.training(), i) / 40;
            assertThat(split.training().label(i)).isEqualTo(new int[] {3, 1, 4, 1, 5}[index]);
        }
        assertThat(split.test().size()).isEqualTo(1);
    }

    private Path npy(String name, float step) throws IOException {
        Path file = folder.resolve(name);
        float[] numbers = new float[16];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i * step;
        }
        NpyWriter.write(file, Shape.of(2, 2), sink -> sink.write(numbers, 0, 4));
        return file;
    }

    private static List<String> names(Dataset data) {
        return IntStream.range(0, data.size()).mapToObj(data::sampleName).toList();
    }

    private static List<Integer> labels(Dataset data) {
        return IntStream.range(0, data.size()).mapToObj(data::label).toList();
    }

    private static int first(Dataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return Math.round(sample[0] * 255);
    }

    /** Gray, its first pixel as said. */
    private void put(String name, int width, int height, int first) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, first);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    }

    @Test
    void anArchiveOfArraysHasItsPartsAndLabels() throws IOException {
        Path file = folder.resolve("mnist.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            entry(zip, "x_train", "(4, 2, 2)", new byte[16]);
            entry(zip, "y_train", "(4,)", new byte[] {1, 0, 1, 0});
            entry(zip, "x_test", "(1, 2, 2)", new byte[] {9, 9, 9, 9});
            entry(zip, "y_test", "(1,)", new byte[] {1});
        }

        PictureSplit split = PictureSplit.open(file, DEFAULTS);

        assertThat(split.training().size()).isEqualTo(4);
        assertThat(first(split.test(), 0)).isEqualTo(9);
        assertThat(split.test().label(0)).isEqualTo(1);
    }

    private static void entry(ZipOutputStream zip, String name, String shape, byte[] values) throws IOException {
        zip.putNextEntry(new ZipEntry(name + ".npy"));
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }";
        ByteBuffer start = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
        start.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) 118);
        start.put((header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
        zip.write(start.array());
        zip.write(values);
        zip.closeEntry();
    }
}
