package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Samples;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.train.Augmentation.FillMode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final Shape SHAPE = Shape.of(5, 4, 2);
    private static final int IMAGES = 300;
    private static final long SEED = 42;
    private static final FloatDataset DATA = FloatDataset.of("test", SHAPE, numbered(IMAGES * SHAPE.size()));

    @Test
    void noneLeavesImagesAsTheyAre() {
        float[] original = new float[SHAPE.size()];
        DATA.copySample(7, original, 0);

        assertThat(seen(Augmentation.NONE, 1, 7)).containsExactly(original);
    }

    @Test
    void everyImageIsMirroredAndMovedAsAPixelByPixelReferenceSays() {
        for (FillMode fillMode : FillMode.values()) {
            Augmentation augmentation = new Augmentation(true, 2, 3, fillMode);
            Set<String> changes = new HashSet<>();
            for (int i = 0; i < IMAGES; i++) {
                changes.add(changeThatGives(seen(augmentation, 1, i), i, augmentation));
            }
            // Mirrored or not, 5 places across, 7 down.
            assertThat(changes).as("%s", fillMode).hasSize(2 * 5 * 7);
        }
    }

    @Test
    void aboutHalfOfTheImagesAreMirrored() {
        Augmentation flips = new Augmentation(true, 0, 0, FillMode.NEAREST);
        int mirrored = 0;
        for (int i = 0; i < IMAGES; i++) {
            mirrored += changeThatGives(seen(flips, 1, i), i, flips).startsWith("true") ? 1 : 0;
        }

        assertThat(mirrored).isBetween(120, 180);
    }

    @Test
    void anImageIsSeenAnewInEachEpochAndTheSameWhoeverAsks() {
        Augmentation augmentation = new Augmentation(true, 2, 2, FillMode.NEAREST);
        int changed = 0;
        for (int i = 0; i < IMAGES; i++) {
            assertThat(seen(augmentation, 3, i)).containsExactly(seen(augmentation, 3, i));
            changed += Arrays.equals(seen(augmentation, 3, i), seen(augmentation, 4, i)) ? 0 : 1;
        }

        assertThat(changed).isGreaterThan(270);
    }

    @Test
    void neighboursInTheBatchAreLeftAlone() {
        Samples samples = new Augmentation(true, 2, 2, FillMode.CONSTANT).samples(DATA, SEED, 1);
        float[] batch = new float[3 * SHAPE.size()];
        Arrays.fill(batch, -1);
        for (int i = 0; i < IMAGES; i++) {
            samples.copySample(i, batch, SHAPE.size());
        }

        assertThat(Arrays.copyOfRange(batch, 0, SHAPE.size())).containsOnly(-1);
        assertThat(Arrays.copyOfRange(batch, 2 * SHAPE.size(), batch.length)).containsOnly(-1);
    }

    @Test
    void whatIsNoImageIsRefused() {
        Augmentation shifts = new Augmentation(false, 4, 0, FillMode.NEAREST);

        assertThatThrownBy(() -> shifts.requireFits(Shape.of(28, 28)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Augmentation needs images [height, width, channels], got samples of shape [28, 28]."
                        + " Leave it out for this model.");
        assertThatThrownBy(() -> shifts.requireFits(SHAPE))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Augmentation shifts images of shape [5, 4, 2] by up to 0 rows and 4 columns, which leaves"
                        + " nothing of some. Choose smaller ranges.");
        assertThatThrownBy(() -> new Augmentation(false, -1, 0, FillMode.NEAREST))
                .hasMessage("widthShiftRange and heightShiftRange must be >= 0, got -1 and 0");
        Augmentation.NONE.requireFits(Shape.of(28, 28));
    }

    private static float[] seen(Augmentation augmentation, int epoch, int image) {
        float[] sample = new float[SHAPE.size()];
        augmentation.samples(DATA, SEED, epoch).copySample(image, sample, 0);
        return sample;
    }

    /** The only flip and shift that make this of an image, as {@code flip right down}. */
    private static String changeThatGives(float[] sample, int image, Augmentation augmentation) {
        for (boolean flip : new boolean[] {false, true}) {
            for (int right = -augmentation.widthShiftRange(); right <= augmentation.widthShiftRange(); right++) {
                for (int down = -augmentation.heightShiftRange(); down <= augmentation.heightShiftRange(); down++) {
                    if (Arrays.equals(sample, changed(image, flip, right, down, augmentation.fillMode()))) {
                        return flip + " " + right + " " + down;
                    }
                }
            }
        }
        throw new AssertionError("No flip and shift in the range make this of image " + image);
    }

    private static float[] changed(int image, boolean flip, int right, int down, FillMode fillMode) {
        int height = SHAPE.dimension(0);
        int width = SHAPE.dimension(1);
        int channels = SHAPE.dimension(2);
        float[] original = new float[SHAPE.size()];
        DATA.copySample(image, original, 0);
        float[] result = new float[original.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int fromY = Math.clamp(y - down, 0, height - 1);
                int fromX = Math.clamp(x - right, 0, width - 1);
                boolean inside = fromY == y - down && fromX == x - right;
                if (inside || fillMode == FillMode.NEAREST) {
                    int column = flip ? width - 1 - fromX : fromX;
                    System.arraycopy(
                            original,
                            (fromY * width + column) * channels,
                            result,
                            (y * width + x) * channels,
                            channels);
                }
            }
        }
        return result;
    }

    private static float[] numbered(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i + 1;
        }
        return numbers;
    }
}
