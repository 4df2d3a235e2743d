package dev.hourglass.data.images.decode;

import dev.hourglass.data.images.Picture;

/**
 * How the stored rows and columns lie in the upright picture, in the order of Exif's numbers 1 to 8 (Exif 2.32, 4.6.4.A).
 */
public enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    UPSIDE_DOWN(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    TURNED_LEFT(true, true, false),
    TRANSVERSED(true, true, true),
    TURNED_RIGHT(true, false, true);

    /** Whether stored rows are upright columns. */
    private final boolean swaps;

    /** Whether the first upright column is the last that is stored (row, where they are swapped). */
    private final boolean fromRight;
    /** Likewise the first upright row. */
    private final boolean fromBottom;

    Orientation(boolean swaps, boolean fromRight, boolean fromBottom) {
        this.swaps = swaps;
        this.fromRight = fromRight;
        this.fromBottom = fromBottom;
    }

    /** Anything but 1 to 8 says nothing. */
    static Orientation of(int exif) {
        return exif >= 1 && exif <= values().length ? values()[exif - 1] : UPRIGHT;
    }

    public Picture.Size upright(Picture.Size stored) {
        return swaps ? new Picture.Size(/* width= */ stored.height(), /* height= */ stored.width()) : stored;
    }

    public Picture upright(Picture stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        Picture.Size size = upright(stored.size());
        int channels = stored.channels();
        char[] turned = new char[stored.numbers().length];
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                int column = fromRight ? size.width() - 1 - x : x;
                int row = fromBottom ? size.height() - 1 - y : y;
                int from = swaps
                        ? column * stored.size().width() + row
                        : row * stored.size().width() + column;
                int to = y * size.width() + x;
                for (int c = 0; c < channels; c++) {
                    turned[to * channels + c] = stored.numbers()[from * channels + c];
                }
            }
        }
        return new Picture(size, channels, stored.most(), turned);
    }
}
