package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.files.NpyWriter;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays of pictures as samples that are patches of them. */
class ArrayPatchesTest {
    private static final int PICTURES = 5;
    private static final Shape SHAPE = Shape.of(7, 9, 3);
    private static final PictureSplitOptions CUT = PictureSplitOptions.defaults()
            .withPictures(PictureOptions.defaults().withPatches(new Patches(new Picture.Size(4, 3), 1)));

    @TempDir
    private Path folder;

    @Test
    void patchesPutTogetherAreThePicturesOfTheFileToTheBit() throws IOException {
        Path file = npy("units.npy", 0);

        PictureSplit split = PictureSplit.open(file, CUT);

        WholePictures whole = Objects.requireNonNull(split.whole());
        assertThat(split.test().sampleShape()).isEqualTo(Shape.of(3, 4, 3));
        // 3 rows of 3 patches: 7 = 3 + 2 + 2 and 9 = 4 + 3 + 2, the last pulled in.
        assertThat(split.training().size()).isEqualTo(4 * 9);
        assertThat(split.test().size()).isEqualTo(9);
        assertThat(whole.pictures()).hasSize(1);
        int index = Integer.parseInt(whole.pictures().getFirst().name());
        assertThat(whole.shape(0)).isEqualTo(SHAPE);
        assertThat(whole.picture(0)).isEqualTo(picture(index, 0));
        assertThat(whole.limit(9).pictures()).hasSize(1);
        assertThat(whole.limit(8).pictures()).isEmpty();
    }

    @Test
    void noPictureIsBothTrainedOnAndTestedBy() throws IOException {
        PictureSplit split = PictureSplit.open(npy("units.npy", 0), CUT);

        Set<String> training = pictures(split.training());
        Set<String> test = pictures(split.test());
        assertThat(training).hasSize(4);
        assertThat(test).hasSize(1).doesNotContainAnyElementsOf(training);
    }

    @Test
    void bytesWithLabelsKeepBoth() throws IOException {
        Path images = folder.resolve("images");
        Path labels = folder.resolve("labels");
        ByteBuffer pixels = ByteBuffer.allocate(16 + 5 * 16);
        pixels.putInt(0x803).putInt(5).putInt(4).putInt(4);
        for (int i = 0; i < 80; i++) {
            pixels.put((byte) (i * 3));
        }
        Files.write(images, pixels.array());
        Files.write(labels, new byte[] {0, 0, 8, 1, 0, 0, 0, 5, 3, 1, 4, 1, 5});
        PictureSplitOptions options = PictureSplitOptions.defaults()
                .withPictures(PictureOptions.defaults().withPatches(new Patches(new Picture.Size(2, 2), 0)))
                .withNumbers(new PictureSplitOptions.Numbers(labels, null, null, null, null));

        Dataset training = PictureSplit.open(images, options).training();

        assertThat(training.size()).isEqualTo(4 * 4);
        float[] sample = new float[4];
        for (int i = 0; i < training.size(); i++) {
            training.copySample(i, sample, 0);
            int first = Math.round(sample[0] * 255) / 3;
            assertThat(training.label(i)).isEqualTo(new int[] {3, 1, 4, 1, 5}[first / 16]);
            assertThat(training.sampleName(i)).isEqualTo(first / 16 + "[y=" + first % 16 / 4 + ",x=" + first % 4 + "]");
            assertThat(Math.round(sample[3] * 255) / 3).isEqualTo(first + 5);
        }
    }

    @Test
    void pairsOfArraysBelongTogetherByTheirPlaces() throws IOException {
        Path clean = npy("clean.npy", 0);
        Path noisy = npy("noisy.npy", 0.25f);

        PictureSplit cut = PictureSplit.open(clean, CUT.withNoisy(noisy));

        WholePictures whole = Objects.requireNonNull(cut.whole());
        int index = Integer.parseInt(whole.pictures().getFirst().name());
        assertThat(whole.picture(0)).isEqualTo(picture(index, 0));
        assertThat(whole.input(0)).isEqualTo(picture(index, 0.25f));
        PictureSplit asTheyAre =
                PictureSplit.open(clean, PictureSplitOptions.defaults().withNoisy(noisy));
        float[] a = new float[SHAPE.size()];
        float[] b = new float[SHAPE.size()];
        asTheyAre.test().copySample(0, a, 0);
        asTheyAre.test().noisy().orElseThrow().copySample(0, b, 0);
        for (int i = 0; i < a.length; i++) {
            assertThat(b[i]).isEqualTo(a[i] + 0.25f);
        }
    }

    @Test
    void whatCannotBeCutOrPairedIsRefusedWithTheWayOut() throws IOException {
        Path file = npy("units.npy", 0);
        PictureSplitOptions large = PictureSplitOptions.defaults()
                .withPictures(PictureOptions.defaults().withPatches(new Patches(new Picture.Size(10, 4), 0)));
        assertThatThrownBy(() -> PictureSplit.open(file, large))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("are smaller, such as")
                .hasMessageContaining("(9 x 7)");
        Path table = Files.writeString(folder.resolve("rows.csv"), "a,b,c,d\n1,2,3,4\n5,6,7,8\n");
        assertThatThrownBy(() -> PictureSplit.open(table, CUT))
                .hasMessageContaining("don't tell the height and width of a picture");
        Path pixels = npy("pixels.npy", 0, 255);
        assertThatThrownBy(() -> PictureSplit.open(file, CUT.withNoisy(pixels)))
                .hasMessageContaining("the numbers of one go to 255, those of the other to 1");
    }

    private static Set<String> pictures(Dataset data) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < data.size(); i++) {
            names.add(data.sampleName(i).replaceFirst("\\[.*", ""));
        }
        return names;
    }

    /** Numbers of their own everywhere, in steps that floats have exactly. */
    private static float[] picture(int index, float more) {
        float[] numbers = new float[SHAPE.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (index * numbers.length + i) / 1024f + more;
        }
        return numbers;
    }

    private Path npy(String name, float more) throws IOException {
        return npy(name, more, 1);
    }

    private Path npy(String name, float more, int times) throws IOException {
        Path file = folder.resolve(name);
        NpyWriter.write(file, SHAPE, sink -> {
            for (int i = 0; i < PICTURES; i++) {
                float[] numbers = picture(i, more);
                for (int at = 0; at < numbers.length; at++) {
                    numbers[at] = times == 1 ? numbers[at] : Math.round(numbers[at] * times);
                }
                sink.write(numbers, 0, 1);
            }
        });
        return file;
    }
}
