package dev.hourglass.report.figures;

import java.awt.Color;

/** The figures' colours; those that stand for something are told apart with any colour vision (Okabe and Ito 2008). */
final class Palette {
    static final Color INK = new Color(0x1A1A1A);
    static final Color MUTED = new Color(0x555555);
    static final Color GRID = new Color(0xDDDDDD);
    static final Color FRAME = new Color(0x8C8C8C);
    static final Color PALE = new Color(0xC4C4C4);
    static final Color BLUE = new Color(0x0072B2);
    static final Color VERMILLION = new Color(0xD55E00);
    static final Color GREEN = new Color(0x009E73);
    static final Color ORANGE = new Color(0xE69F00);
    static final Color PURPLE = new Color(0xCC79A7);

    /** For things that come one after the other. */
    static Color of(int place) {
        Color[] colors = {BLUE, VERMILLION, GREEN, ORANGE, PURPLE};
        return colors[place % colors.length];
    }

    private Palette() {}
}
