package dev.hourglass.model;

/**
 * The sides of a window over a volume, or of the volume itself.
 *
 * @param depth >= 1
 * @param height >= 1
 * @param width >= 1
 */
public record Size3(int depth, int height, int width) {
    public Size3 {
        if (depth < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "depth, height and width must be >= 1, got " + depth + "x" + height + "x" + width);
        }
    }

    public static Size3 cube(int side) {
        return new Size3(side, side, side);
    }

    /** Of an image, which is a volume of depth 1. */
    public static Size3 of(Size2 size) {
        return new Size3(1, size.height(), size.width());
    }

    @Override
    public String toString() {
        return depth + "x" + height + "x" + width;
    }
}
