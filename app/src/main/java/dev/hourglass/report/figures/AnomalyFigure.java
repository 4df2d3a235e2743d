package dev.hourglass.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;

/**
 * A series in which anomalies were found: each channel as it was measured and rebuilt, with the band in which errors usually
 * lie and its part of the score; the score of all on a logarithmic axis; events shaded over all of them.
 */
public final class AnomalyFigure {
    private static final int MARGIN = 20;
    private static final int NAME_WIDTH = 120;
    private static final int WIDTH = 800;
    private static final int HEIGHT = 62;
    private static final int PART_HEIGHT = 16;
    private static final int SCORE_HEIGHT = 110;
    private static final int GAP = 12;
    private static final int MOST_CHANNELS = 24;
    /** Of the score's axis: from a hundredth of the threshold up. */
    private static final double LEAST_SCORE = 0.01;

    private static final Color EVENT = new Color(0xE6, 0x9F, 0x00, 70);
    private static final Color BAND = new Color(0xD5, 0x5E, 0x00, 45);

    private AnomalyFigure() {}

    /**
     * A channel, row by row; NaN where there is nothing.
     *
     * @param band how far above and below what is rebuilt errors usually lie
     * @param parts of the score
     */
    public record Track(String name, float[] measured, float[] rebuilt, float band, float[] parts) {}

    /**
     * An event.
     *
     * @param first row
     * @param last row, included
     */
    public record Span(int first, int last, String name) {}

    /**
     * @param name of the data
     * @param note what else there is to say, in a line
     * @param all the first of them are drawn
     * @param scores of the rows, over their threshold
     * @param begin what the first row is called, such as its time
     */
    public static Figure draw(
            String name, String note, List<Track> all, float[] scores, List<Span> spans, String begin, String end) {
        List<Track> channels = all.stream().limit(MOST_CHANNELS).toList();
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + Type.NOTE.lineHeight() + 12;
        int each = HEIGHT + PART_HEIGHT + GAP;
        int scoreTop = top + channels.size() * each;
        int width = 2 * MARGIN + NAME_WIDTH + WIDTH;
        int height = scoreTop + SCORE_HEIGHT + Type.SMALL.lineHeight() + MARGIN;
        return new Figure("anomalies", "Anomalies in " + name + ": " + note, width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit("Anomalies in " + name, width - 2 * MARGIN), MARGIN, MARGIN);
            Type.NOTE.draw(graphics, note, MARGIN, MARGIN + Type.TITLE.lineHeight());
            legend(graphics, MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight());
            for (Span span : spans) {
                shade(graphics, span, scores.length, top, scoreTop + SCORE_HEIGHT);
            }
            float largest = largestPart(channels);
            for (int i = 0; i < channels.size(); i++) {
                channel(graphics, channels.get(i), top + i * each, largest);
            }
            score(graphics, scores, scoreTop);
            names(graphics, spans, scores.length, scoreTop);
            int below = scoreTop + SCORE_HEIGHT + 3;
            Type.SMALL.draw(graphics, begin, MARGIN + NAME_WIDTH, below);
            Type.SMALL.draw(graphics, end, MARGIN + NAME_WIDTH + WIDTH - Type.SMALL.width(end), below);
        });
    }

    private static void legend(Graphics2D graphics, int top) {
        double x = MARGIN + (double) NAME_WIDTH;
        graphics.setColor(Palette.BLUE);
        graphics.fill(new Rectangle2D.Double(x, top + 7.5, 22, 2));
        x = SeriesFigure.legendText(graphics, "measured", x + 28, top);
        graphics.setColor(BAND);
        graphics.fill(new Rectangle2D.Double(x, top + 3.5, 22, 10));
        graphics.setColor(Palette.VERMILLION);
        graphics.fill(new Rectangle2D.Double(x, top + 7.5, 22, 2));
        x = SeriesFigure.legendText(graphics, "rebuilt, and the band of usual errors", x + 28, top);
        graphics.setColor(Palette.PURPLE);
        graphics.fill(new Rectangle2D.Double(x, top + 3.5, 10, 10));
        x = SeriesFigure.legendText(graphics, "the channel's part of the score", x + 16, top);
        graphics.setColor(EVENT);
        graphics.fill(new Rectangle2D.Double(x, top + 3.5, 10, 10));
        SeriesFigure.legendText(graphics, "event", x + 16, top);
    }

    private static void shade(Graphics2D graphics, Span span, int rows, int top, int bottom) {
        double left = x(span.first(), rows);
        double width = Math.max(2, x(span.last(), rows) - left);
        graphics.setColor(EVENT);
        graphics.fill(new Rectangle2D.Double(left, top, width, bottom - top));
    }

    /** As long as they don't run into each other. */
    private static void names(Graphics2D graphics, List<Span> spans, int rows, int top) {
        double free = 0;
        for (Span span : spans) {
            double center = (x(span.first(), rows) + x(span.last(), rows)) / 2;
            double half = Type.SMALL.width(span.name()) / 2;
            if (center - half > free) {
                Type.SMALL.drawCentered(graphics, span.name(), center, top + 1.0);
                free = center + half + 3;
            }
        }
    }

    private static double x(int row, int rows) {
        return MARGIN + NAME_WIDTH + WIDTH * (double) row / Math.max(1, rows - 1);
    }

    private static float largestPart(List<Track> channels) {
        float largest = 0;
        for (Track track : channels) {
            for (float part : track.parts()) {
                largest = Math.max(largest, part);
            }
        }
        return largest;
    }

    private static void channel(Graphics2D graphics, Track track, int top, float largestPart) {
        double[] range = range(track);
        Type.BODY.draw(graphics, Type.BODY.fit(track.name(), NAME_WIDTH - 10), MARGIN, top);
        String text = String.format(Locale.ROOT, "%.4g to %.4g", range[0], range[1]);
        Type.SMALL.draw(graphics, Type.SMALL.fit(text, NAME_WIDTH - 8), MARGIN, top + (double) Type.BODY.lineHeight());
        Columns measured = Columns.of(track.measured(), WIDTH);
        Columns rebuilt = Columns.of(track.rebuilt(), WIDTH);
        graphics.setColor(BAND);
        for (int i = 0; i < rebuilt.count(); i++) {
            if (rebuilt.has(i)) {
                double high = y(rebuilt.most()[i] + track.band(), range, top);
                double low = y(rebuilt.least()[i] - track.band(), range, top);
                graphics.fill(new Rectangle2D.Double(rebuilt.x(i), high, rebuilt.width(), Math.max(0.5, low - high)));
            }
        }
        curve(graphics, measured, range, top, Palette.BLUE, 1.1f);
        curve(graphics, rebuilt, range, top, Palette.VERMILLION, 0.9f);
        frame(graphics, top, HEIGHT);
        parts(graphics, track, top + HEIGHT, largestPart);
    }

    private static void frame(Graphics2D graphics, int top, int height) {
        graphics.setColor(Palette.FRAME);
        graphics.setStroke(new BasicStroke(0.6f));
        graphics.draw(new Rectangle2D.Double(MARGIN + (double) NAME_WIDTH, top, WIDTH, height));
    }

    /** A strip below the channel, by square roots, so that more than the largest is seen. */
    private static void parts(Graphics2D graphics, Track track, int top, float largest) {
        Columns parts = Columns.of(track.parts(), WIDTH);
        graphics.setColor(Palette.PURPLE);
        for (int i = 0; i < parts.count(); i++) {
            if (parts.has(i) && parts.most()[i] > 0 && largest > 0) {
                double height = (PART_HEIGHT - 2) * Math.sqrt(parts.most()[i] / largest);
                graphics.fill(new Rectangle2D.Double(parts.x(i), top + PART_HEIGHT - height, parts.width(), height));
            }
        }
        frame(graphics, top, PART_HEIGHT);
    }

    private static double[] range(Track track) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (float[] values : List.of(track.measured(), track.rebuilt())) {
            for (float value : values) {
                if (Float.isFinite(value)) {
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
            }
        }
        return least < most ? new double[] {least, most} : new double[] {least - 1, least + 1};
    }

    private static double y(double value, double[] range, int top) {
        double share = Math.clamp((value - range[0]) / (range[1] - range[0]), 0, 1);
        return top + HEIGHT - 3 - share * (HEIGHT - 6);
    }

    private static void curve(Graphics2D graphics, Columns columns, double[] range, int top, Color color, float width) {
        Path2D path = new Path2D.Double();
        boolean drawing = false;
        for (int i = 0; i < columns.count(); i++) {
            if (columns.has(i)) {
                double x = columns.x(i) + columns.width() / 2;
                if (drawing) {
                    path.lineTo(x, y(columns.most()[i], range, top));
                } else {
                    path.moveTo(x, y(columns.most()[i], range, top));
                }
                path.lineTo(x, y(columns.least()[i], range, top));
            }
            drawing = columns.has(i);
        }
        graphics.setColor(color);
        graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(path);
    }

    private static void score(Graphics2D graphics, float[] scores, int top) {
        double most = 10;
        for (float score : scores) {
            most = score > most ? score : most;
        }
        double highest = Math.ceil(Math.log10(most));
        double lowest = Math.log10(LEAST_SCORE);
        Type.BODY.draw(graphics, "score", MARGIN, top);
        Type.SMALL.draw(graphics, "threshold 1", MARGIN, top + (double) Type.BODY.lineHeight());
        graphics.setStroke(new BasicStroke(0.5f));
        for (int decade = (int) lowest; decade <= highest; decade++) {
            double y = level(decade, lowest, highest, top);
            graphics.setColor(decade == 0 ? Palette.INK : Palette.GRID);
            graphics.draw(new Line2D.Double(MARGIN + (double) NAME_WIDTH, y, MARGIN + (double) NAME_WIDTH + WIDTH, y));
            String label = decade < 0
                    ? String.format(Locale.ROOT, "%." + -decade + "f", Math.pow(10, decade))
                    : String.format(Locale.ROOT, "%,.0f", Math.pow(10, decade));
            Type.SMALL.draw(graphics, label, MARGIN + NAME_WIDTH - 6 - Type.SMALL.width(label), y - 7);
        }
        Columns columns = Columns.of(scores, WIDTH);
        graphics.setColor(Palette.INK);
        for (int i = 0; i < columns.count(); i++) {
            if (columns.has(i)) {
                double high = level(Math.log10(Math.max(columns.most()[i], LEAST_SCORE)), lowest, highest, top);
                double low = level(Math.log10(Math.max(columns.least()[i], LEAST_SCORE)), lowest, highest, top);
                graphics.fill(new Rectangle2D.Double(columns.x(i), high, columns.width(), Math.max(0.8, low - high)));
            }
        }
        frame(graphics, top, SCORE_HEIGHT);
    }

    private static double level(double decade, double lowest, double highest, int top) {
        return top + SCORE_HEIGHT - SCORE_HEIGHT * (decade - lowest) / (highest - lowest);
    }

    /**
     * The least and the largest number in each of as many parts of the rows as can be told apart.
     *
     * @param least NaN where a part has none
     */
    private record Columns(float[] least, float[] most, double width) {
        static Columns of(float[] values, int most) {
            int count = Math.min(values.length, most);
            float[] low = new float[count];
            float[] high = new float[count];
            for (int i = 0; i < count; i++) {
                low[i] = Float.NaN;
                high[i] = Float.NaN;
                int end = (int) ((i + 1L) * values.length / count);
                for (int row = (int) ((long) i * values.length / count); row < end; row++) {
                    if (Float.isFinite(values[row])) {
                        low[i] = Float.isNaN(low[i]) ? values[row] : Math.min(low[i], values[row]);
                        high[i] = Float.isNaN(high[i]) ? values[row] : Math.max(high[i], values[row]);
                    }
                }
            }
            return new Columns(low, high, (double) most / Math.max(1, count));
        }

        int count() {
            return least.length;
        }

        boolean has(int i) {
            return !Float.isNaN(least[i]);
        }

        double x(int i) {
            return MARGIN + NAME_WIDTH + i * width;
        }
    }
}
