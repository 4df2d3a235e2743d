package dev.hourglass.data.images;

import org.jspecify.annotations.Nullable;

/**
 * How the pictures of a folder become samples.
 *
 * @param size of each sample; null where all pictures have one size, which is taken
 * @param fit of pictures that have another size; null refuses them
 * @param colour null takes gray where all pictures are gray, and red, green and blue else
 * @param background of transparent and padded pixels
 */
public record PictureOptions(
        Picture.@Nullable Size size,
        @Nullable Fit fit,
        @Nullable Colour colour,
        Background background) {
    /** What a pixel is. */
    public enum Colour {
        RGB(Picture.RGB),
        GREY(Picture.GRAY);

        private final int channels;

        Colour(int channels) {
            this.channels = channels;
        }

        int channels() {
            return channels;
        }
    }

    public PictureOptions {
        if (size != null && (size.width() < 1 || size.height() < 1)) {
            throw new IllegalArgumentException("a size needs width and height >= 1, got " + size);
        }
    }

    /** As they lie there, on black. */
    public static PictureOptions defaults() {
        return new PictureOptions(null, null, null, Background.BLACK);
    }

    public PictureOptions withSize(Picture.Size wanted) {
        return new PictureOptions(wanted, fit, colour, background);
    }

    public PictureOptions withFit(@Nullable Fit wanted) {
        return new PictureOptions(size, wanted, colour, background);
    }

    public PictureOptions withColour(Colour wanted) {
        return new PictureOptions(size, fit, wanted, background);
    }

    public PictureOptions withBackground(Background wanted) {
        return new PictureOptions(size, fit, colour, wanted);
    }
}
