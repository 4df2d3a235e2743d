package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Samples;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.Arrays;

/**
 * How images are changed at random while a model learns from them; it sees each image differently in every epoch, so it
 * memorises less. What happens to an image depends on the seed, the epoch and the image alone. Names are those of
 * Keras's {@code ImageDataGenerator}.
 *
 * @param horizontalFlip whether every second image, on average, is mirrored left to right
 * @param widthShiftRange by how many pixels an image moves at most to the left or right, >= 0; all are equally likely
 * @param heightShiftRange the same up and down
 * @param fillMode what comes in where an image has moved away
 */
public record Augmentation(boolean horizontalFlip, int widthShiftRange, int heightShiftRange, FillMode fillMode) {
    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(false, 0, 0, FillMode.NEAREST);

    /** What comes in where an image has moved away. */
    public enum FillMode {
        /** The pixels of the border, again and again. */
        NEAREST,
        /** Zeros, in the normalized data. */
        CONSTANT
    }

    public Augmentation {
        if (widthShiftRange < 0 || heightShiftRange < 0) {
            throw new IllegalArgumentException("widthShiftRange and heightShiftRange must be >= 0, got "
                    + widthShiftRange + " and " + heightShiftRange);
        }
    }

    /**
     * The samples as one epoch sees them; what it needs to know of the data set, {@link #requireFits} has checked.
     *
     * @param epoch from 1
     */
    Samples samples(Dataset data, long seed, int epoch) {
        if (equals(NONE)) {
            return data::copySample;
        }
        Shape shape = data.sampleShape();
        long key = RandomSource.key(seed, "augmentation", epoch);
        return (index, into, offset) -> {
            data.copySample(index, into, offset);
            change(into, offset, shape, RandomSource.bits(key, index));
        };
    }

    /** @throws ShapeException if samples of this shape are no images, or too small to be shifted that far */
    void requireFits(Shape sample) {
        if (equals(NONE)) {
            return;
        }
        if (sample.rank() != 3) {
            throw new ShapeException("Augmentation needs images [height, width, channels], got samples of shape "
                    + sample + ". Leave it out for this model.");
        }
        if (heightShiftRange >= sample.dimension(0) || widthShiftRange >= sample.dimension(1)) {
            throw new ShapeException(
                    "Augmentation shifts images of shape " + sample + " by up to " + heightShiftRange + " rows and "
                            + widthShiftRange + " columns, which leaves nothing of some. Choose smaller ranges.");
        }
    }

    /** @param random bits of which each decision takes some of its own */
    void change(float[] images, int offset, Shape shape, long random) {
        Image image = new Image(images, offset, shape.dimension(0), shape.dimension(1), shape.dimension(2));
        if (horizontalFlip && (random & 1) != 0) {
            image.mirror();
        }
        image.shiftRows(shift(heightShiftRange, random >>> 1), fillMode);
        image.shiftColumns(shift(widthShiftRange, random >>> 32), fillMode);
    }

    /** -range to range; 31 bits make them equally likely to within a millionth. */
    private static int shift(int range, long bits) {
        return (int) ((bits & Integer.MAX_VALUE) % (2L * range + 1)) - range;
    }

    /** Pixels of one image among others, changed in place. The JIT sees that none escapes and makes none. */
    private record Image(float[] values, int offset, int height, int width, int channels) {
        void mirror() {
            for (int y = 0; y < height; y++) {
                int left = at(y, 0);
                int right = at(y, width - 1);
                for (; left < right; left += channels, right -= channels) {
                    for (int c = 0; c < channels; c++) {
                        float kept = values[left + c];
                        values[left + c] = values[right + c];
                        values[right + c] = kept;
                    }
                }
            }
        }

        /** @param down by how many rows, up if negative */
        void shiftRows(int down, FillMode fillMode) {
            if (down == 0) {
                return;
            }
            int row = width * channels;
            int moved = Math.abs(down);
            System.arraycopy(
                    values, at(Math.max(0, -down), 0), values, at(Math.max(0, down), 0), (height - moved) * row);
            int border = at(down > 0 ? down : height - 1 - moved, 0);
            int first = down > 0 ? 0 : height - moved;
            for (int y = first; y < first + moved; y++) {
                switch (fillMode) {
                    case NEAREST -> System.arraycopy(values, border, values, at(y, 0), row);
                    case CONSTANT -> Arrays.fill(values, at(y, 0), at(y, 0) + row, 0);
                }
            }
        }

        /** @param right by how many columns, to the left if negative */
        void shiftColumns(int right, FillMode fillMode) {
            if (right == 0) {
                return;
            }
            int moved = Math.abs(right);
            for (int y = 0; y < height; y++) {
                System.arraycopy(
                        values,
                        at(y, Math.max(0, -right)),
                        values,
                        at(y, Math.max(0, right)),
                        (width - moved) * channels);
                int border = at(y, right > 0 ? right : width - 1 - moved);
                int first = right > 0 ? 0 : width - moved;
                for (int x = first; x < first + moved; x++) {
                    switch (fillMode) {
                        case NEAREST -> System.arraycopy(values, border, values, at(y, x), channels);
                        case CONSTANT -> Arrays.fill(values, at(y, x), at(y, x) + channels, 0);
                    }
                }
            }
        }

        private int at(int y, int x) {
            return offset + (y * width + x) * channels;
        }
    }
}
