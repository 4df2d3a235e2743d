package dev.hourglass.data.images;

import dev.hourglass.data.images.decode.BaselineJpeg;
import dev.hourglass.data.images.decode.ColourProfile;
import dev.hourglass.data.images.decode.Orientation;
import dev.hourglass.data.images.decode.Planes;
import dev.hourglass.tensor.PixelKernels;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * From the numbers of a file to those of sRGB, upright and opaque. Keeps what the next picture may need too, such as the last
 * colour profile, since pictures of one camera have the same: for one thread.
 */
final class Rendering {
    private final Background background;
    private final BaselineJpeg jpeg = new BaselineJpeg(PixelKernels.best());
    private byte[] lastProfile = {};
    private int lastChannels;
    private Optional<ColourProfile> lastConversion = Optional.empty();

    /** @param background behind what is transparent */
    Rendering(Background background) {
        this.background = background;
    }

    /** Decodes most JPEGs. */
    BaselineJpeg jpeg() {
        return jpeg;
    }

    /**
     * @param profile of the colours; empty for sRGB
     * @throws IOException if the profile is damaged, or one of other colours
     */
    Picture picture(Planes planes, Optional<byte[]> profile, Orientation orientation) throws IOException {
        boolean inks = planes.inks();
        boolean transparent = planes.isTransparent();
        int colours = inks ? Planes.INKS : planes.bands() - (transparent ? 1 : 0);
        Planes opaque = planes.first(colours);
        Optional<ColourProfile> toSrgb = profile.isPresent() ? conversion(profile.get(), colours) : Optional.empty();
        if (toSrgb.isPresent()) {
            Planes converted = toSrgb.get().toSrgb(opaque);
            opaque = colours == Picture.GRAY ? converted.first(Picture.GRAY) : converted;
        } else if (inks) {
            opaque = opaque.fromInks();
        }
        if (transparent) {
            opaque = opaque.over(background, planes.lastBand());
        }
        return orientation.upright(opaque.toPicture());
    }

    /** What {@link ColourProfile#of} gives, or throws. */
    Optional<ColourProfile> conversion(byte[] profile, int channels) throws IOException {
        if (channels != lastChannels || !Arrays.equals(profile, lastProfile)) {
            lastConversion = ColourProfile.of(profile, channels);
            lastProfile = profile;
            lastChannels = channels;
        }
        return lastConversion;
    }
}
