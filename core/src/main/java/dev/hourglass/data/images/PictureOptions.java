package dev.hourglass.data.images;

import org.jspecify.annotations.Nullable;

/**
 * How the pictures of a folder become samples.
 *
 * @param size of each sample; null where all pictures have one size, which is taken
 * @param fit of pictures that have another size; null refuses them
 * @param colour null takes gray where all pictures are gray, and red, green and blue else
 * @param background of transparent and padded pixels
 * @param patches that pictures are cut into, each a sample; null takes them whole. With patches there is no size and no fit
 */
public record PictureOptions(
        Picture.@Nullable Size size,
        @Nullable Fit fit,
        @Nullable Colour colour,
        Background background,
        @Nullable Patches patches) {
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
        if (patches != null && (size != null || fit != null)) {
            throw new IllegalArgumentException("pictures are fitted to a size or cut into patches, not both");
        }
    }

    /** As they lie there, on black. */
    public static PictureOptions defaults() {
        return new PictureOptions(null, null, null, Background.BLACK, null);
    }

    public PictureOptions withSize(Picture.Size wanted) {
        return new PictureOptions(wanted, fit, colour, background, patches);
    }

    public PictureOptions withFit(@Nullable Fit wanted) {
        return new PictureOptions(size, wanted, colour, background, patches);
    }

    public PictureOptions withColour(Colour wanted) {
        return new PictureOptions(size, fit, wanted, background, patches);
    }

    public PictureOptions withBackground(Background wanted) {
        return new PictureOptions(size, fit, colour, wanted, patches);
    }

    public PictureOptions withPatches(@Nullable Patches wanted) {
        return new PictureOptions(size, fit, colour, background, wanted);
    }
}
