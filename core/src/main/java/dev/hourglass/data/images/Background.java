package dev.hourglass.data.images;

import java.util.Locale;
import java.util.Optional;

/**
 * The colour behind what is transparent, and beside what is padded.
 *
 * @param red 0 to 255, as are the others
 */
public record Background(int red, int green, int blue) {
    public static final Background BLACK = new Background(0, 0, 0);
    public static final Background WHITE = new Background(255, 255, 255);

    public Background {
        if ((red | green | blue) < 0 || red > 255 || green > 255 || blue > 255) {
            throw new IllegalArgumentException(
                    "a colour needs red, green and blue from 0 to 255, got " + red + ", " + green + " and " + blue);
        }
    }

    /** @param text {@code black}, {@code white} or such as {@code #ff8000}; empty for anything else */
    public static Optional<Background> parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "black" -> Optional.of(BLACK);
            case "white" -> Optional.of(WHITE);
            default ->
                text.matches("#[0-9A-Fa-f]{6}") ? Optional.of(of(Integer.parseInt(text, 1, 7, 16))) : Optional.empty();
        };
    }

    private static Background of(int rgb) {
        return new Background(rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff);
    }

    /**
     * @param channels 1 for gray or 3
     * @param most what white is in those numbers
     */
    public int of(int channel, int channels, int most) {
        int value = channels == Picture.GRAY
                ? (299 * red + 587 * green + 114 * blue + 500) / 1000
                : channel == 0 ? red : channel == 1 ? green : blue;
        return value * (most / Picture.MOST_BYTE);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return equals(BLACK) ? "black" : equals(WHITE) ? "white" : String.format("#%02x%02x%02x", red, green, blue);
    }
}
