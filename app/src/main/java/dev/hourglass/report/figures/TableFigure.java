package dev.hourglass.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;

/** The channels of a table from its first row to its last, one below the other; gaps are white. */
public final class TableFigure {
    private static final int MARGIN = 20;
    private static final int NAME_WIDTH = 150;
    private static final int WIDTH = 640;
    private static final int HEIGHT = 64;
    private static final int GAP = 10;
    private static final int MOST_CHANNELS = 24;

    private TableFigure() {}

    /**
     * A channel.
     *
     * @param course its least and greatest number in each part of the rows, in order; NaN where a part has none
     */
    public record Track(String name, double least, double most, long missing, float[] course) {}

    /**
     * @param name of the table
     * @param note what else there is to say, in a line
     * @param all the first of them are drawn
     */
    public static Figure draw(String name, String note, List<Track> all) {
        List<Track> channels = all.stream().limit(MOST_CHANNELS).toList();
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 12;
        int width = 2 * MARGIN + NAME_WIDTH + WIDTH;
        int height = top + channels.size() * (HEIGHT + GAP) + MARGIN;
        return new Figure("table", "The channels of " + name + " over its rows: " + note, width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(name, width - 2 * MARGIN), MARGIN, MARGIN);
            Type.NOTE.draw(graphics, note, MARGIN, MARGIN + Type.TITLE.lineHeight());
            for (int i = 0; i < channels.size(); i++) {
                draw(graphics, channels.get(i), top + i * (HEIGHT + GAP));
            }
        });
    }

    private static void draw(Graphics2D graphics, Track channel, int top) {
        Type.BODY.draw(graphics, Type.BODY.fit(channel.name(), NAME_WIDTH - 10), MARGIN, top);
        String range = Double.isNaN(channel.least())
                ? "empty"
                : String.format(Locale.ROOT, "%.4g to %.4g", channel.least(), channel.most());
        Type.SMALL.draw(graphics, range, MARGIN, top + (double) Type.BODY.lineHeight());
        if (channel.missing() > 0) {
            String missing = String.format(Locale.ROOT, "%,d missing", channel.missing());
            Type.SMALL.draw(graphics, missing, MARGIN, top + (double) Type.BODY.lineHeight() + Type.SMALL.lineHeight());
        }
        int left = MARGIN + NAME_WIDTH;
        graphics.setColor(Palette.FRAME);
        graphics.setStroke(new BasicStroke(0.6f));
        graphics.draw(new Rectangle2D.Double(left, top, WIDTH, HEIGHT));
        float[] course = channel.course();
        int parts = 0;
        for (int part = 0; part < course.length / 2; part++) {
            parts = Float.isNaN(course[2 * part]) ? parts : part + 1;
        }
        double span = channel.most() - channel.least();
        Color color = span == 0 ? Palette.MUTED : Palette.BLUE;
        graphics.setColor(color);
        graphics.setStroke(new BasicStroke(1f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        double beforeX = Double.NaN;
        double beforeY = 0;
        for (int part = 0; part < parts; part++) {
            double x = left + (parts == 1 ? WIDTH / 2.0 : WIDTH * (double) part / (parts - 1));
            if (Float.isNaN(course[2 * part])) {
                beforeX = Double.NaN;
                continue;
            }
            double low = y(course[2 * part], channel.least(), span, top);
            double high = y(course[2 * part + 1], channel.least(), span, top);
            graphics.draw(new Line2D.Double(x, low, x, high));
            double middle = (low + high) / 2;
            if (!Double.isNaN(beforeX)) {
                graphics.draw(new Line2D.Double(beforeX, beforeY, x, middle));
            }
            beforeX = x;
            beforeY = middle;
        }
    }

    private static double y(double value, double least, double span, int top) {
        double share = span > 0 ? (value - least) / span : 0.5;
        return top + HEIGHT - 3 - share * (HEIGHT - 6);
    }
}
