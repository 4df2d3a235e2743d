package dev.hourglass.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.tensor.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PatchReconstructionTest {
    private static final long SEED = 20261130;
    private static final PatchReconstruction.Model IDENTITY = (patches, from, count, into) -> {
        for (int i = 0; i < count; i++) {
            patches.copySample(from + i, into, i * (into.length / 64));
        }
    };

    @Test
    void aModelThatChangesNothingGivesThePictureBackBitByBit() {
        int[][] sizes = {{8, 8}, {9, 8}, {8, 23}, {31, 17}, {64, 40}};
        for (int[] size : sizes) {
            FloatDataset pictures = pictures(size[0], size[1], 3);
            for (int overlap = 0; overlap < 8; overlap++) {
                PatchReconstruction stitched = PatchReconstruction.of(IDENTITY, pictures, Shape.of(8, 8, 3), overlap);
                float[] rebuilt = new float[2 * size[0] * size[1] * 3];

                stitched.rebuild(0, 2, rebuilt);

                float[] expected = new float[rebuilt.length];
                pictures.copySample(0, expected, 0);
                pictures.copySample(1, expected, expected.length / 2);
                assertThat(rebuilt)
                        .as("%d x %d, overlap %d", size[0], size[1], overlap)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void stitchedIsAsTheWholeWhereAMarginHidesWhatAPatchDoesNotSee() {
        // A mean over 5 x 5 pixels that takes zeros beyond an edge, as a convolution does; an overlap of 8 leaves out
        // 2.
        int height = 40;
        int width = 29;
        FloatDataset pictures = pictures(height, width, 1);
        float[] whole = new float[height * width];
        float[] picture = new float[whole.length];
        pictures.copySample(0, picture, 0);
        blur(picture, 0, height, width, whole, 0);

        float[] rebuilt = new float[whole.length];
        PatchReconstruction.of(blurring(16), pictures, Shape.of(16, 16, 1), 8).rebuild(0, 1, rebuilt);
        float[] seamed = new float[whole.length];
        PatchReconstruction.of(blurring(16), pictures, Shape.of(16, 16, 1), 0).rebuild(0, 1, seamed);

        assertThat(rebuilt).containsExactly(whole, within(1e-5f));
        assertThat(seamed[15]).as("a seam without an overlap").isNotCloseTo(whole[15], within(1e-3f));
    }

    @Test
    void whatCannotBeCutIsRefused() {
        assertThatThrownBy(() -> PatchReconstruction.of(IDENTITY, pictures(8, 7, 3), Shape.of(8, 8, 3), 2))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("Can't cut the samples [8, 7, 3] of pictures into patches [8, 8, 3]");
        assertThatThrownBy(() -> PatchReconstruction.of(IDENTITY, pictures(8, 9, 1), Shape.of(8, 8, 3), 2))
                .isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> PatchReconstruction.of(IDENTITY, pictures(9, 9, 3), Shape.of(8, 8, 3), 8))
                .hasMessage("Patches [8, 8, 3] can overlap by 0 to 7 pixels, got 8. Choose such a number.");
    }

    private static PatchReconstruction.Model blurring(int side) {
        return (patches, from, count, into) -> {
            float[] patch = new float[side * side];
            for (int i = 0; i < count; i++) {
                patches.copySample(from + i, patch, 0);
                blur(patch, 0, side, side, into, i * patch.length);
            }
        };
    }

    private static void blur(float[] from, int at, int height, int width, float[] into, int offset) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float sum = 0;
                for (int v = Math.max(0, y - 2); v <= Math.min(height - 1, y + 2); v++) {
                    for (int u = Math.max(0, x - 2); u <= Math.min(width - 1, x + 2); u++) {
                        sum += from[at + v * width + u];
                    }
                }
                into[offset + y * width + x] = sum / 25;
            }
        }
    }

    private static FloatDataset pictures(int height, int width, int channels) {
        Random random = new Random(SEED);
        float[] numbers = new float[2 * height * width * channels];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat();
        }
        return FloatDataset.of("pictures", Shape.of(height, width, channels), numbers);
    }
}
