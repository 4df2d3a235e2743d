package dev.hourglass.model;

/**
 * A height and a width, in pixels.
 *
 * @param height >= 1
 * @param width >= 1
 */
public record Size2(int height, int width) {
    public Size2 {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("height and width must be >= 1, got " + height + "x" + width);
        }
    }

    public static Size2 square(int side) {
        return new Size2(side, side);
    }

    @Override
    public String toString() {
        return height + "x" + width;
    }
}
