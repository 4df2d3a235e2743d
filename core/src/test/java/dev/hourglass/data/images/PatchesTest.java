package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PatchesTest {
    private static final PictureSplitOptions OPTIONS = PictureSplitOptions.defaults()
            .withPictures(PictureOptions.defaults().withPatches(new Patches(new Picture.Size(4, 4), 1)));

    @TempDir
    private Path folder;

    @Test
    void theLastPatchEndsWhereThePictureDoes() {
        assertThat(Patches.starts(10, 4, 1)).containsExactly(0, 3, 6);
        assertThat(Patches.starts(11, 4, 1)).containsExactly(0, 3, 6, 7);
        assertThat(Patches.starts(4, 4, 3)).containsExactly(0);
        assertThat(Patches.starts(6, 4, 0)).containsExactly(0, 2);
    }

    @Test
    void picturesOfManySizesBecomePatchesThatKnowWhereTheyLie() throws IOException {
        put("photos/a.png", 9, 5);
        put("photos/b.png", 4, 4);
        put("photos/c.png", 7, 11);

        PictureSplit split = PictureSplit.open(folder.resolve("photos"), OPTIONS);

        List<String> names = new ArrayList<>();
        for (Dataset part : List.of(split.training(), split.test())) {
            assertThat(part.sampleShape()).isEqualTo(Shape.of(4, 4, 1));
            for (int i = 0; i < part.size(); i++) {
                names.add(part.sampleName(i));
                requirePixels(part, i);
            }
        }
        // 9 x 5 has 3 columns and 2 rows, 7 x 11 has 2 and 4.
        assertThat(names).hasSize(6 + 1 + 8).doesNotHaveDuplicates().contains("a.png[y=1,x=5]", "c.png[y=7,x=3]");
    }

    @Test
    void allPatchesOfAPictureAreOnOneSideOfTheSplit() throws IOException {
        for (int i = 0; i < 10; i++) {
            put("photos/" + i + ".png", 9, 9);
        }
        PictureSplit split = PictureSplit.open(folder.resolve("photos"), OPTIONS);
        assertThat(split.test().size()).isEqualTo(2 * 9);
        Set<String> both = pictures(split.test());
        both.retainAll(pictures(split.training()));
        assertThat(both).isEmpty();
        assertThat(pictures(split.training().limit(20)))
                .as("the first ones are of many pictures")
                .hasSizeGreaterThan(4);
    }

    @Test
    void smallPicturesAreNamed() throws IOException {
        put("photos/large.png", 9, 9);
        put("photos/small.png", 9, 3);
        assertThatThrownBy(() -> PictureSplit.open(folder.resolve("photos"), OPTIONS))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(
                        "patches of 4 x 4 pixels: 1 of its 2 pictures are smaller, such as small.png (9 x 3)");
    }

    @Test
    void anOverlapAsLargeAsAPatchIsRefused() {
        assertThatThrownBy(() -> new Patches(new Picture.Size(8, 4), 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("patches of 8 x 4 pixels can overlap by 0 to 3, got 4");
    }

    @Test
    void moreThanAllPatchesMayBeAreRefusedBeforeAnyPixelIsDecoded() throws IOException {
        PictureSplitOptions dense = PictureSplitOptions.defaults()
                .withPictures(PictureOptions.defaults().withPatches(new Patches(new Picture.Size(2, 2), 1)));
        put("photos/a.png", 5000, 5000);
        assertThatThrownBy(() -> PictureSplit.open(folder.resolve("photos"), dense))
                .hasMessageContaining("expected at most 16,777,216");
    }

    @Test
    void aPairIsCutAtTheSamePlaces() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            put("clean/" + name + ".png", 9, 6);
            put("noisy/" + name + ".png", 9, 6, 100);
        }
        PictureSplit split = PictureSplit.open(folder.resolve("clean"), OPTIONS.withNoisy(folder.resolve("noisy")));
        for (Dataset part : List.of(split.training(), split.test())) {
            Dataset noisy = part.noisy().orElseThrow();
            assertThat(noisy.size()).isEqualTo(part.size());
            for (int i = 0; i < part.size(); i++) {
                assertThat(noisy.sampleName(i)).isEqualTo(part.sampleName(i));
                requirePixels(part, i);
                assertThat(first(noisy, i)).isEqualTo(first(part, i) + 100);
            }
            assertThat(part.limit(2).noisy().orElseThrow().size()).isEqualTo(2);
            assertThat(part.reshaped(Shape.of(16)).noisy().orElseThrow().sampleShape())
                    .isEqualTo(Shape.of(16));
        }
    }

    @Test
    void wholePicturesArePairedAsWell() throws IOException {
        for (String name : List.of("x/a", "x/b", "y/c", "y/d")) {
            put("clean/" + name + ".png", 4, 4);
            put("noisy/" + name + ".png", 4, 4, 50);
        }
        PictureSplitOptions whole = PictureSplitOptions.defaults().withNoisy(folder.resolve("noisy"));
        PictureSplit split = PictureSplit.open(folder.resolve("clean"), whole);
        assertThat(split.training().hasLabels()).isTrue();
        for (int i = 0; i < split.training().size(); i++) {
            assertThat(first(split.training().noisy().orElseThrow(), i)).isEqualTo(first(split.training(), i) + 50);
        }
    }

    @Test
    void missingPartnersAreNamed() throws IOException {
        put("clean/a.png", 9, 9);
        put("clean/b.png", 9, 9);
        put("noisy/a.png", 9, 9);
        PictureSplitOptions pairs = OPTIONS.withNoisy(folder.resolve("noisy"));
        assertThatThrownBy(() -> PictureSplit.open(folder.resolve("clean"), pairs))
                .hasMessageContaining("found none there for 1: b.png");
        Files.delete(folder.resolve("clean/b.png"));
        put("noisy/c.png", 9, 9);
        assertThatThrownBy(() -> PictureSplit.open(folder.resolve("clean"), pairs))
                .hasMessageContaining("found none there for 1: c.png");
    }

    @Test
    void pairsOfDifferentSizesOrThatCantBeReadAreRefused() throws IOException {
        put("clean/a.png", 9, 9);
        put("clean/b.png", 9, 9);
        put("noisy/a.png", 9, 9);
        put("noisy/b.png", 9, 6);
        PictureSplitOptions pairs = OPTIONS.withNoisy(folder.resolve("noisy"));
        assertThatThrownBy(() -> PictureSplit.open(folder.resolve("clean"), pairs))
                .hasMessageContaining("need one size");
        Files.write(folder.resolve("noisy/b.png"), "no picture".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> PictureSplit.open(folder.resolve("clean"), pairs))
                .hasMessageContaining("b.png, the noisy picture of a pair");
    }

    private static Set<String> pictures(Dataset data) {
        Set<String> pictures = new HashSet<>();
        for (int i = 0; i < data.size(); i++) {
            pictures.add(data.sampleName(i).replaceAll("\\[.*", ""));
        }
        return pictures;
    }

    /** A pixel is 10 y + x, so that a patch's corner is in each of its pixels. */
    private static void requirePixels(Dataset data, int index) {
        String[] corner = data.sampleName(index).replaceAll(".*\\[y=|\\]", "").split(",x=", -1);
        float[] sample = new float[16];
        data.copySample(index, sample, 0);
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                int value = 10 * (Integer.parseInt(corner[0]) + y) + Integer.parseInt(corner[1]) + x;
                assertThat(Math.round(sample[4 * y + x] * 255)).isEqualTo(value);
            }
        }
    }

    private static int first(Dataset data, int index) {
        float[] sample = new float[16];
        data.copySample(index, sample, 0);
        return Math.round(sample[0] * 255);
    }

    private void put(String name, int width, int height) throws IOException {
        put(name, width, height, 0);
    }

    private void put(String name, int width, int height, int more) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.getRaster().setSample(x, y, 0, (10 * y + x + more) % 256);
            }
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
