package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.ScratchFile;
import dev.hourglass.files.FileChangedException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ImageFolderTest {
    private static final PictureOptions AS_THEY_ARE = PictureOptions.defaults();
    private static final PictureOptions STRETCHED = AS_THEY_ARE.withFit(Fit.STRETCH);

    @TempDir
    private Path folder;

    @Test
    void picturesComeInTheOrderOfTheirNamesWithTheBytesOfTheFile() throws IOException {
        put("b.PNG", rgb(3, 2, 100));
        put("a.png", rgb(3, 2, 0));
        put("notes.txt", "no picture".getBytes(StandardCharsets.US_ASCII));

        ImageFolder images = ImageFolder.read(folder, null, AS_THEY_ARE);

        Dataset data = images.data();
        assertThat(images.skipped()).isEmpty();
        assertThat(data.name()).isEqualTo(folder.getFileName().toString());
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2, 3, 3));
        assertThat(data.normalization()).isEqualTo(Normalization.PIXELS);
        assertThat(data.hasLabels()).isFalse();
        assertThat(bytes(data, 0)).startsWith(0, 1, 2, 3).endsWith(17);
        assertThat(bytes(data, 1)).startsWith(100, 101).endsWith(117);
    }

    @Test
    void foldersInsideAreTheClasses() throws IOException {
        put("dog/1.png", gray(2, 2, 5));
        put("cat/2.png", gray(2, 2, 6));
        put("cat/1.png", gray(2, 2, 7));
        Files.createDirectories(folder.resolve("empty"));

        Dataset data = ImageFolder.read(folder, null, AS_THEY_ARE).data();

        assertThat(data.classNames()).containsExactly("cat", "dog");
        assertThat(new int[] {data.label(0), data.label(1), data.label(2)}).containsExactly(0, 0, 1);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2, 2, 1));
        assertThat(bytes(data, 0)).startsWith(7);
    }

    @Test
    void theModelsChannelsAreMadeOfWhatIsThere() throws IOException {
        BufferedImage red = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        red.setRGB(0, 0, 0xff0000);
        put("red.png", encode(red, "png"));

        assertThat(bytes(
                        ImageFolder.read(folder, Shape.of(1, 1, 1), AS_THEY_ARE).data(), 0))
                .containsExactly(76);

        put("red.png", gray(1, 1, 9));
        assertThat(bytes(
                        ImageFolder.read(folder, Shape.of(1, 1, 3), AS_THEY_ARE).data(), 0))
                .containsExactly(9, 9, 9);
        assertThat(ImageFolder.read(folder, Shape.of(1, 1), AS_THEY_ARE).data().sampleShape())
                .isEqualTo(Shape.of(1, 1, 1));
    }

    @Test
    void grayTransparencyPalettesSixteenBitsAndJpegAreRead() throws IOException {
        BufferedImage transparent = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        transparent.setRGB(0, 0, 0x00102030);
        transparent.setRGB(1, 0, 0xff405060);
        put("a.png", encode(transparent, "png"));
        BufferedImage palette = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED);
        palette.setRGB(0, 0, 0x00ff00);
        put("b.png", encode(palette, "png"));
        BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 0x1234);
        put("c.png", encode(deep, "png"));
        BufferedImage photo = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        photo.setRGB(0, 0, 0x808080);
        photo.setRGB(1, 0, 0x808080);
        put("d.jpeg", encode(photo, "jpeg"));

        Dataset data = ImageFolder.read(folder, null, AS_THEY_ARE).data();

        assertThat(bytes(data, 0)).containsExactly(0, 0, 0, 0x40, 0x50, 0x60); // what can't be seen is black
        assertThat(bytes(data, 1)).startsWith(0, 255, 0);
        assertThat(bytes(data, 2)).startsWith(0x12, 0x12, 0x12);
        assertThat(bytes(data, 3)).containsExactly(128, 128, 128, 128, 128, 128);
    }

    @Test
    void otherSizesAreRefusedWithTheirCountOrResized() throws IOException {
        put("a.png", gray(2, 2, 10));
        put("b.png", gray(4, 4, 0));
        put("c.png", gray(1, 1, 77));

        assertThatThrownBy(() -> ImageFolder.read(folder, null, AS_THEY_ARE))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "Can't read " + folder + ": expected pictures of 2 x 2 pixels, found 2 of 3 with other sizes:"
                                + " 4 x 4 (1, such as b.png), 1 x 1 (1, such as c.png). Choose a size"
                                + " and how to fit them, such as 'size: [2, 2]' and 'fit: crop' (or"
                                + " pad, stretch) in a recipe or --fit crop for a command ('evaluate --patches 16' and 'denoise' take all sizes), or take them"
                                + " out.");

        Dataset data = ImageFolder.read(folder, null, STRETCHED).data();
        assertThat(bytes(data, 0)).containsExactly(10, 11, 12, 13);
        // Means of 0 1 4 5, 2 3 6 7, 8 9 12 13 and 10 11 14 15, rounded.
        assertThat(bytes(data, 1)).containsExactly(3, 5, 11, 13);
        assertThat(bytes(data, 2)).containsExactly(77, 77, 77, 77);
    }

    @Test
    void aPixelIsTheMeanOfWhatItCovers() {
        Picture row = Picture.of(new Picture.Size(3, 1), 1, new byte[] {0, 60, (byte) 240});

        // 1.5 pixels each: (0 + 60 / 2) / 1.5 and (60 / 2 + 240) / 1.5.
        assertThat(row.resized(new Picture.Size(2, 1)).pixels()).containsExactly(20, 180);
    }

    @Test
    void cropCutsTheSidesPadFillsThemAndStretchSqueezesAll() {
        Picture wide = Picture.of(new Picture.Size(4, 2), 1, new byte[] {0, 10, 20, 30, 40, 50, 60, 70});
        Picture.Size square = new Picture.Size(2, 2);
        Background white = Background.WHITE;

        assertThat(wide.fitted(square, Fit.CROP, white).pixels()).containsExactly(10, 20, 50, 60);
        assertThat(wide.fitted(square, Fit.STRETCH, white).pixels()).containsExactly(5, 25, 45, 65);
        assertThat(wide.fitted(new Picture.Size(4, 4), Fit.PAD, white).pixels())
                .containsExactly(-1, -1, -1, -1, 0, 10, 20, 30, 40, 50, 60, 70, -1, -1, -1, -1);
        assertThat(wide.fitted(new Picture.Size(2, 1), Fit.CROP, white).pixels())
                .containsExactly(wide.resized(new Picture.Size(2, 1)).pixels());
    }

    @Test
    void namesStayWithTheSamplesThroughEverythingThatIsDerived() throws IOException {
        put("cat/2.png", gray(2, 2, 6));
        put("cat/broken.png", new byte[3]);
        put("dog/1.png", gray(2, 2, 5));

        Dataset data = ImageFolder.read(folder, null, AS_THEY_ARE).data();

        assertThat(data.sampleName(0)).isEqualTo("cat/2.png");
        assertThat(data.sampleName(1)).isEqualTo("dog/1.png");
        assertThat(data.reshaped(Shape.of(4)).limit(1).sampleName(0)).isEqualTo("cat/2.png");
    }

    @Test
    void sixteenBitsStaySixteen() throws IOException {
        BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 0x1234);
        deep.getRaster().setSample(1, 0, 0, 0xffff);
        put("a/deep.png", encode(deep, "png"));
        put("b/flat.png", gray(2, 1, 7));

        Dataset data = ImageFolder.read(folder, null, AS_THEY_ARE).data();

        float[] sample = new float[2];
        data.copySample(0, sample, 0);
        assertThat(sample[0]).isCloseTo(0x1234 / 65_535f, within(1e-7f));
        assertThat(sample[1]).isEqualTo(1);
        data.copySample(1, sample, 0);
        assertThat(sample[0]).isCloseTo(7 / 255f, within(1e-7f));
        assertThat(data.label(1)).isEqualTo(1);
        assertThat(data.sampleName(1)).isEqualTo("b/flat.png");
    }

    @Test
    void moreThanStaysInMemoryIsReadFromAFileToTheSameNumbers() throws IOException {
        PixelStore mapped = PixelStore.of(3, (int) ScratchFile.MOST_BYTES_IN_MEMORY / 2, false);
        Picture.Size size = new Picture.Size((int) ScratchFile.MOST_BYTES_IN_MEMORY / 2, 1);
        Picture picture = new Picture(size, 1, 255, new char[size.width()]);
        picture.numbers()[5] = 200;

        mapped.put(2, picture);
        mapped.move(2, 1);

        float[] sample = new float[size.width()];
        mapped.finished(List.of("a", "b")).copy(1, sample, 0);
        assertThat(mapped.isBytesInMemory()).isFalse();
        assertThat(sample[5]).isEqualTo(200);
        assertThat(sample[6]).isZero();
    }

    @Test
    void aPictureThatIsAnotherByTheTimeItsPixelsAreReadIsRefusedAndNotStretched() throws IOException {
        put("a.png", gray(2, 2, 10));
        put("b.png", gray(2, 2, 20));
        try (PictureWorkers workers = PictureWorkers.of(2)) {
            FoundPictures found = FoundPictures.in(PictureList.of(folder), workers);
            assertThat(ImageFolder.decode(found, AS_THEY_ARE, workers).data().size())
                    .isEqualTo(2);

            for (byte[] other : List.of(gray(4, 4, 20), new byte[3])) {
                put("b.png", other);
                assertThatThrownBy(() -> ImageFolder.decode(found, AS_THEY_ARE, workers))
                        .isInstanceOf(FileChangedException.class)
                        .hasMessageStartingWith(folder.resolve("b.png") + " changed while it was read: it had ");
            }
        }
    }

    @Test
    void brokenPicturesAmongManyAreSkippedAndListed() throws IOException {
        for (int i = 0; i < 20; i++) {
            put("good" + i + ".png", rgb(4, 4, i));
        }
        byte[] whole = rgb(4, 4, 0);
        put("cut.png", Arrays.copyOf(whole, whole.length / 2));
        put("empty.png", new byte[0]);
        put("page.png", "<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII));

        ImageFolder images = ImageFolder.read(folder, null, AS_THEY_ARE);

        assertThat(images.data().size()).isEqualTo(20);
        assertThat(images.skipped())
                .extracting(skipped -> skipped.file().getFileName().toString())
                .containsExactlyInAnyOrder("cut.png", "empty.png", "page.png");
        assertThat(images.skipped())
                .contains(
                        new ImageFolder.Skipped(folder.resolve("empty.png"), "empty"),
                        new ImageFolder.Skipped(
                                folder.resolve("page.png"), "none of PNG, JPEG, GIF, BMP, TIFF and WebP"));
    }

    @Test
    @Timeout(2)
    void vastOrLyingHeadersAreRefusedBeforeAnyPixelIsDecoded() throws IOException {
        put("good.png", rgb(4, 4, 0));
        put("vast.png", png(Integer.MAX_VALUE, Integer.MAX_VALUE, 0));
        put("wide.png", png(1 << 20, 1 << 9, 0));
        put("palette.png", png(4, 4, Integer.MAX_VALUE));
        put("negative.png", png(-4, 4, 0));

        ImageFolder images = ImageFolder.read(folder, null, AS_THEY_ARE);

        assertThat(images.data().size()).isEqualTo(1);
        assertThat(images.skipped())
                .extracting(ImageFolder.Skipped::reason)
                .contains(
                        "expected at most 268,435,456 pixels, found 2147483647 x 2147483647",
                        "expected at most 268,435,456 pixels, found 1048576 x 512",
                        "a chunk of 2,147,483,647 bytes before the pixels");
    }

    @Test
    void aJpegTooShortForItsPixelsIsRefusedByItsHeader() throws IOException {
        put("lying.jpg", Files.readAllBytes(Path.of("src/test/resources/fuzz/PictureFuzzTest/lying.jpg")));
        put("white.jpg", encode(new BufferedImage(3_000, 3_000, BufferedImage.TYPE_BYTE_GRAY), "jpeg"));

        ImageFolder images = ImageFolder.read(folder, null, AS_THEY_ARE);

        assertThat(images.skipped())
                .extracting(ImageFolder.Skipped::reason)
                .singleElement()
                .asString()
                .startsWith("announces 4000 x 4000 pixels and has only ");
        assertThat(images.data().sampleName(0)).isEqualTo("white.jpg");
    }

    @Test
    void damageAtAnyByteIsSkippedOrDecoded() throws IOException {
        long seed = 20261122;
        Random random = new Random(seed);
        byte[][] whole = {rgb(8, 8, 3), encode(ImageIO.read(new ByteArrayInputStream(rgb(8, 8, 3))), "jpeg")};
        put("a.png", whole[0]);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = whole[round % 2].clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            put("b.png", round % 3 == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged);

            ImageFolder images = ImageFolder.read(folder, Shape.of(8, 8, 3), STRETCHED);

            assertThat(images.data().size() + images.skipped().size())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(2);
        }
    }

    @Test
    void foldersWithoutPicturesOrWithAMixtureAreRefused() throws IOException {
        assertThatThrownBy(() -> ImageFolder.read(folder, null, AS_THEY_ARE))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't read " + folder + ": expected pictures (.png, .jpg, .jpeg, .gif, .bmp, .tif, .tiff,"
                        + " .webp) in it or in folders of it,"
                        + " found none. Give another folder.");

        put("a.png", new byte[3]);
        assertThatThrownBy(() -> ImageFolder.read(folder, null, AS_THEY_ARE))
                .hasMessage("Can't read " + folder + ": none of its 1 pictures can be read, such as a.png"
                        + " (none of PNG, JPEG, GIF, BMP, TIFF and WebP). Check them.");

        put("cat/a.png", gray(1, 1, 1));
        assertThatThrownBy(() -> ImageFolder.read(folder, null, AS_THEY_ARE))
                .hasMessage(
                        "Can't read " + folder + ": 1 pictures lie in it and others in 1 folders of it, such as cat,"
                                + " which name the classes. Move all into folders, or none.");

        assertThatThrownBy(() -> ImageFolder.read(folder.resolve("cat"), Shape.of(2, 2, 2), AS_THEY_ARE))
                .hasMessageContaining("are [height, width, 1] or [height, width, 3], and can't become [2, 2, 2].");
    }

    private void put(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** Channels count up from the first. */
    private static byte[] rgb(int width, int height, int first) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height * 3; i++) {
            image.getRaster().setSample(i / 3 % width, i / 3 / width, i % 3, first + i);
        }
        return encode(image, "png");
    }

    private static byte[] gray(int width, int height, int first) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < width * height; i++) {
            image.getRaster().setSample(i % width, i / width, 0, first + i);
        }
        return encode(image, "png");
    }

    private static byte[] encode(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).isTrue();
        return out.toByteArray();
    }

    /** A header, a palette that is shorter than it says if that is above 0, and no pixels. */
    private static byte[] png(int width, int height, int paletteBytes) {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        bytes.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        int header = bytes.position() + 4;
        bytes.putInt(13).putInt(0x49484452).putInt(width).putInt(height);
        bytes.put(new byte[] {8, (byte) (paletteBytes > 0 ? 3 : 2), 0, 0, 0});
        CRC32 checksum = new CRC32();
        checksum.update(bytes.array(), header, 17);
        bytes.putInt((int) checksum.getValue());
        if (paletteBytes > 0) {
            bytes.putInt(paletteBytes).putInt(0x504c5445);
        }
        bytes.putInt(0).putInt(0x49444154);
        return bytes.array();
    }

    private static int[] bytes(Dataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        int[] bytes = new int[sample.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Math.round(sample[i] * 255);
        }
        return bytes;
    }
}
