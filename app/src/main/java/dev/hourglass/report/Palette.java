package dev.hourglass.report;

import java.awt.Color;

/** The figures' colours; the two of the curves are told apart with any colour vision (Okabe and Ito 2008). */
final class Palette {
    static final Color INK = new Color(0x1A1A1A);
    static final Color MUTED = new Color(0x555555);
    static final Color GRID = new Color(0xDDDDDD);
    static final Color FRAME = new Color(0x8C8C8C);
    static final Color BLUE = new Color(0x0072B2);
    static final Color VERMILLION = new Color(0xD55E00);

    private Palette() {}
}
