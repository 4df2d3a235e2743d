package dev.hourglass.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/** The spectra of some sounds: time to the right, pitch upwards, the louder the brighter. */
public final class SoundFigure {
    private static final int MARGIN = 20;
    private static final int COLUMNS = 2;
    private static final int WIDTH = 340;
    private static final int HEIGHT = 110;
    private static final int AXIS = 44;
    private static final int GAP = 16;
    /** Weaker than the loudest by more is as dark as silence. */
    private static final float DECIBELS = 80;
    /** From dark to bright, of growing lightness also without colour. */
    private static final Color[] RAMP = {
        new Color(0x0B0724), new Color(0x4F127B), new Color(0xB6377A), new Color(0xFB8761), new Color(0xFCFDBF)
    };

    private SoundFigure() {}

    /**
     * A sound.
     *
     * @param mostHertz of the highest band
     * @param decibels [spectra, bands], the lowest band first
     */
    public record Spectra(String name, double seconds, double mostHertz, int bands, float[] decibels) {
        int steps() {
            return decibels.length / bands;
        }
    }

    /** A dozen at most. */
    public static Figure draw(String title, String note, List<Spectra> sounds) {
        int rows = Math.max(1, (sounds.size() + COLUMNS - 1) / COLUMNS);
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + GAP;
        int row = Type.BODY.lineHeight() + HEIGHT + Type.SMALL.lineHeight() + GAP;
        int width = 2 * MARGIN + COLUMNS * (AXIS + WIDTH) + (COLUMNS - 1) * GAP;
        int height = top + rows * row + MARGIN - GAP;
        return new Figure("sounds", note + " of " + title, width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2 * MARGIN), MARGIN, MARGIN);
            Type.NOTE.draw(graphics, note, MARGIN, MARGIN + Type.TITLE.lineHeight());
            for (int i = 0; i < sounds.size(); i++) {
                int left = MARGIN + i % COLUMNS * (AXIS + WIDTH + GAP) + AXIS;
                draw(graphics, sounds.get(i), left, top + i / COLUMNS * row);
            }
        });
    }

    private static void draw(Graphics2D graphics, Spectra sound, int left, int top) {
        Type.BODY.draw(graphics, Type.BODY.fit(sound.name(), WIDTH), left, top);
        int y = top + Type.BODY.lineHeight();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        graphics.drawImage(image(sound), left, y, WIDTH, HEIGHT, null);
        graphics.setColor(Palette.FRAME);
        graphics.setStroke(new BasicStroke(0.6f));
        graphics.draw(new Rectangle2D.Double(left, y, WIDTH, HEIGHT));
        String highest = hertz(sound.mostHertz());
        Type.SMALL.draw(graphics, highest, left - 6 - Type.SMALL.width(highest), y);
        Type.SMALL.draw(graphics, "0", left - 6 - Type.SMALL.width("0"), y + HEIGHT - Type.SMALL.lineHeight());
        Type.SMALL.draw(graphics, "0", left, y + HEIGHT + 2.0);
        String end = String.format(Locale.ROOT, "%.3g s", sound.seconds());
        Type.SMALL.draw(graphics, end, left + WIDTH - Type.SMALL.width(end), y + HEIGHT + 2.0);
    }

    private static String hertz(double most) {
        return most < 1000
                ? String.format(Locale.ROOT, "%.0f Hz", most)
                : String.format(Locale.ROOT, "%.3g kHz", most / 1000);
    }

    private static BufferedImage image(Spectra sound) {
        float loudest = Float.NEGATIVE_INFINITY;
        for (float each : sound.decibels()) {
            loudest = Math.max(loudest, each);
        }
        BufferedImage image = new BufferedImage(sound.steps(), sound.bands(), BufferedImage.TYPE_INT_RGB);
        for (int step = 0; step < sound.steps(); step++) {
            for (int band = 0; band < sound.bands(); band++) {
                float below = loudest - sound.decibels()[step * sound.bands() + band];
                image.setRGB(step, sound.bands() - 1 - band, colour(1 - below / DECIBELS));
            }
        }
        return image;
    }

    private static int colour(float share) {
        float place = Math.clamp(share, 0f, 1f) * (RAMP.length - 1);
        int from = Math.min((int) place, RAMP.length - 2);
        float rest = place - from;
        Color low = RAMP[from];
        Color high = RAMP[from + 1];
        return mixed(low.getRed(), high.getRed(), rest) << 16
                | mixed(low.getGreen(), high.getGreen(), rest) << 8
                | mixed(low.getBlue(), high.getBlue(), rest);
    }

    private static int mixed(int low, int high, float share) {
        return Math.round(low + (high - low) * share);
    }
}
