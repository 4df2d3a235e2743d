package dev.hourglass.report.figures;

import java.awt.AWTError;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;

/**
 * A text style of the figures. All use the logical sans-serif font, which every Java on a machine with any font has;
 * layouts measure their text, so another font moves things but clips nothing.
 */
public record Type(Font font, Color color) {
    static final Type TITLE = sansSerif(Font.BOLD, 17, Palette.INK);
    static final Type HEADING = sansSerif(Font.BOLD, 14, Palette.INK);
    static final Type BODY = sansSerif(Font.PLAIN, 13, Palette.INK);
    static final Type NOTE = sansSerif(Font.PLAIN, 12, Palette.MUTED);
    static final Type SMALL = sansSerif(Font.PLAIN, 11, Palette.MUTED);

    private static final FontRenderContext MEASURE = new FontRenderContext(null, true, true);

    private static Type sansSerif(int style, int size, Color color) {
        return new Type(new Font(Font.SANS_SERIF, style, size), color);
    }

    /** The height of a line of this style, with its leading. */
    int lineHeight() {
        return (int) Math.ceil(font.getSize() * 1.4);
    }

    /** @throws FigureException if Java finds no font on this machine */
    double width(String text) {
        try {
            return font.getStringBounds(text, MEASURE).getWidth();
        } catch (RuntimeException | LinkageError | AWTError e) {
            // Java says it in several ways ("Fontconfig head is null", a missing libfreetype), none of which helps.
            throw new FigureException(
                    "Figures need a font, and Java found none on this machine (" + e.getMessage()
                            + "). Install fontconfig and a font, such as the packages fontconfig and fonts-dejavu-core"
                            + " on Debian or Ubuntu.",
                    e);
        }
    }

    /** The text, or as much of its beginning as fits, with an ellipsis. */
    String fit(String text, double width) {
        String shown = text;
        int end = text.length();
        while (width(shown) > width && end > 0) {
            end = text.offsetByCodePoints(end, -1);
            shown = text.substring(0, end).stripTrailing() + "…";
        }
        return shown;
    }

    /**
     * Draws a line of text.
     *
     * @param top where the line begins; its baseline is below
     */
    void draw(Graphics2D graphics, String text, double left, double top) {
        graphics.setFont(font);
        graphics.setColor(color);
        graphics.drawString(text, (float) left, (float) (top + font.getSize() * 1.05));
    }

    void drawCentered(Graphics2D graphics, String text, double center, double top) {
        draw(graphics, text, center - width(text) / 2, top);
    }

    /** @throws FigureException if Java finds no font on this machine */
    static void requireFonts() {
        BODY.width("0");
    }
}
