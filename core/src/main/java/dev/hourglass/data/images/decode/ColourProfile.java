package dev.hourglass.data.images.decode;

import dev.hourglass.data.images.Picture;
import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.color.ProfileDataException;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.Optional;

/** From the numbers of an ICC profile to those of sRGB, by the platform's Little CMS. */
public final class ColourProfile {
    private static final int ROWS_AT_ONCE = 64;
    /** Steps along each axis of the colours by which a profile is held against sRGB. */
    private static final int STEPS = 6;
    /** What rounding makes of a profile that is sRGB under another name, of 255. */
    private static final int ROUNDING = 2;

    private final ICC_Profile profile;
    private final ColorConvertOp conversion;

    private ColourProfile(ICC_Profile profile) {
        this.profile = profile;
        conversion = new ColorConvertOp(new ICC_Profile[] {profile, ICC_Profile.getInstance(ColorSpace.CS_sRGB)}, null);
    }

    /**
     * @param channels of the picture: 1, 3, or 4 for inks
     * @return empty if it is sRGB, but for rounding
     * @throws IOException if it is damaged, or of other colours than the picture
     */
    public static Optional<ColourProfile> of(byte[] icc, int channels) throws IOException {
        try {
            ICC_Profile profile = ICC_Profile.getInstance(icc);
            if (profile.getNumComponents() != channels || !isOfColours(profile, channels)) {
                throw new IOException("its colour profile is one of other colours");
            }
            ColourProfile read = new ColourProfile(profile);
            return channels == Picture.RGB && read.isNearlyIdentity() ? Optional.empty() : Optional.of(read);
        } catch (IllegalArgumentException | CMMException | ProfileDataException e) {
            throw new IOException("its colour profile is damaged", e);
        }
    }

    private static boolean isOfColours(ICC_Profile profile, int channels) {
        int type = profile.getColorSpaceType();
        return switch (channels) {
            case 1 -> type == ColorSpace.TYPE_GRAY;
            case 3 -> type == ColorSpace.TYPE_RGB;
            default -> type == ColorSpace.TYPE_CMYK;
        };
    }

    private boolean isNearlyIdentity() {
        char[] cube = new char[STEPS * STEPS * STEPS * Picture.RGB];
        for (int i = 0; i < cube.length; i++) {
            int colour = i / Picture.RGB;
            int along = i % 3 == 0 ? colour / (STEPS * STEPS) : i % 3 == 1 ? colour / STEPS % STEPS : colour % STEPS;
            cube[i] = (char) (along * Picture.MOST_BYTE / (STEPS - 1));
        }
        Planes before =
                new Planes(new Picture.Size(cube.length / Picture.RGB, 1), Picture.RGB, Picture.MOST_BYTE, false, cube);
        char[] after = toSrgb(before).numbers();
        for (int i = 0; i < cube.length; i++) {
            if (Math.abs(after[i] - cube[i]) > ROUNDING) {
                return false;
            }
        }
        return true;
    }

    /** @param planes of as many bands as the profile has colours */
    public Planes toSrgb(Planes planes) {
        Picture.Size size = planes.size();
        int type = planes.most() == Picture.MOST_BYTE ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT;
        int bands = profile.getNumComponents();
        char[] converted = new char[size.width() * size.height() * Picture.RGB];
        int rows = Math.min(ROWS_AT_ONCE, size.height());
        WritableRaster from = Raster.createInterleavedRaster(type, size.width(), rows, bands, null);
        WritableRaster to = Raster.createInterleavedRaster(type, size.width(), rows, Picture.RGB, null);
        int[] row = new int[size.width() * Math.max(bands, Picture.RGB)];
        for (int first = 0; first < size.height(); first += rows) {
            int count = Math.min(rows, size.height() - first);
            for (int y = 0; y < count; y++) {
                for (int i = 0; i < size.width() * bands; i++) {
                    row[i] = planes.numbers()[(first + y) * size.width() * bands + i];
                }
                from.setPixels(0, y, size.width(), 1, row);
            }
            conversion.filter(from, to);
            for (int y = 0; y < count; y++) {
                to.getPixels(0, y, size.width(), 1, row);
                for (int i = 0; i < size.width() * Picture.RGB; i++) {
                    converted[(first + y) * size.width() * Picture.RGB + i] = (char) row[i];
                }
            }
        }
        return new Planes(size, Picture.RGB, planes.most(), false, converted);
    }
}
