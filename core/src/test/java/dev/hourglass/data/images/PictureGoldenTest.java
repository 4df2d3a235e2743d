package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Pictures of each kind against what Pillow makes of them; both are written by interop/make_picture_goldens.py. */
class PictureGoldenTest {
    private static final Background BACKGROUND = new Background(0x20, 0x40, 0x60);

    /** By the beginning of a name, how far numbers may be apart, of 255; what is not here has to be the same. */
    private static final Map<String, Integer> ROUNDING = Map.ofEntries(
            // Pillow rounds the product of colour and opacity otherwise.
            Map.entry("rgba", 1),
            Map.entry("la8", 1),
            Map.entry("palette1-alpha", 1),
            Map.entry("palette2-alpha", 1),
            Map.entry("palette4-alpha", 1),
            Map.entry("palette8-alpha", 1),
            Map.entry("lossless-alpha", 1),
            // Little CMS in two versions.
            Map.entry("profile", 1),
            // Its colours have 16 bits, of which Pillow drops the lower half.
            Map.entry("palette.tif", 1),
            // Chroma is not smoothed between its pixels, as a decoder of WebP may do or leave.
            Map.entry("lossy.webp", 40));

    @Test
    void numbersOfEachKindAreThoseOfPillow() throws Exception {
        List<Path> pictures = pictures();
        assertThat(pictures).hasSizeGreaterThan(60);
        SoftAssertions softly = new SoftAssertions();
        Rendering rendering = new Rendering(BACKGROUND); // one for all, as for a folder: each has its own profile
        for (Path file : pictures) {
            String name = file.getFileName().toString();
            Picture expected = golden(file);
            Picture found;
            try {
                found = PictureReader.read(file, rendering);
            } catch (IOException e) {
                softly.fail("%s: %s", name, e.getMessage());
                continue;
            }
            softly.assertThat(found.size()).as(name).isEqualTo(expected.size());
            softly.assertThat(found.channels()).as("channels of %s", name).isEqualTo(expected.channels());
            softly.assertThat(found.most()).as("bits of %s", name).isEqualTo(expected.most());
            if (found.numbers().length == expected.numbers().length) {
                softly.assertThat(farthest(found, expected)).as(name).isLessThanOrEqualTo(rounding(name));
                softly.assertThat(meanDistance(found, expected))
                        .as(name)
                        .isLessThanOrEqualTo(name.equals("lossy.webp") ? 7 : 1);
            }
        }
        softly.assertAll();
    }

    @Test
    void headersSayWhatTheDecodedPictureIs() throws Exception {
        for (Path file : pictures()) {
            PictureReader.Header header = PictureReader.header(file);
            Picture picture = PictureReader.read(file, new Rendering(BACKGROUND));

            assertThat(header.size()).as("%s", file).isEqualTo(picture.size());
            assertThat(header.colour()).as("%s", file).isEqualTo(picture.channels() == Picture.RGB);
            assertThat(header.deep()).as("%s", file).isEqualTo(picture.most() == Picture.MOST_SHORT);
        }
    }

    private static int rounding(String name) {
        return ROUNDING.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .mapToInt(Map.Entry::getValue)
                .max()
                .orElse(0);
    }

    private static double meanDistance(Picture one, Picture other) {
        double sum = 0;
        for (int i = 0; i < one.numbers().length; i++) {
            sum += Math.abs(one.numbers()[i] - other.numbers()[i]);
        }
        return sum / one.numbers().length;
    }

    private static int farthest(Picture one, Picture other) {
        int farthest = 0;
        for (int i = 0; i < one.numbers().length; i++) {
            farthest = Math.max(farthest, Math.abs(one.numbers()[i] - other.numbers()[i]));
        }
        return farthest;
    }

    private static List<Path> pictures() throws IOException, URISyntaxException {
        Path folder = Path.of(
                Objects.requireNonNull(PictureGoldenTest.class.getResource("/dev/hourglass/data/pictures/rgb8.png"))
                        .toURI());
        try (Stream<Path> files = Files.list(Objects.requireNonNull(folder.getParent()))) {
            return files.filter(file -> !file.toString().endsWith(".golden"))
                    .sorted()
                    .toList();
        }
    }

    private static Picture golden(Path picture) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Path.of(picture + ".golden")));
        int height = bytes.getShort();
        int width = bytes.getShort();
        int channels = bytes.getShort();
        boolean deep = bytes.getShort() == Short.SIZE;
        char[] numbers = new char[height * width * channels];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = deep ? bytes.getChar() : (char) Byte.toUnsignedInt(bytes.get());
        }
        return new Picture(
                new Picture.Size(width, height), channels, deep ? Picture.MOST_SHORT : Picture.MOST_BYTE, numbers);
    }
}
