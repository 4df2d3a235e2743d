package dev.hourglass.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/**
 * Where one feature of a series is drawn.
 *
 * @param steps from the left edge to the right
 * @param features of a step
 * @param feature which of them is drawn here, from 0
 * @param range the least and the largest number, at the bottom and at the top
 */
record SeriesPanel(int left, int top, int steps, int features, int feature, float[] range) {
    static final int WIDTH = 200;
    static final int HEIGHT = 120;

    void frame(Graphics2D graphics, boolean first, boolean last) {
        graphics.setColor(Palette.FRAME);
        graphics.setStroke(new BasicStroke(1));
        graphics.draw(new Rectangle2D.Double(left, top, WIDTH, HEIGHT));
        if (first) {
            String label = "feature " + (feature + 1);
            Type.SMALL.draw(graphics, label, left - 8 - Type.SMALL.width(label), top + HEIGHT / 2.0 - 8);
        }
        if (last) {
            Type.SMALL.draw(graphics, "step 1", left, top + HEIGHT + 3.0);
            String end = Integer.toString(steps);
            Type.SMALL.draw(graphics, end, left + WIDTH - Type.SMALL.width(end), top + HEIGHT + 3.0);
        }
    }

    /** @param from the step here that the sample's first is */
    void dots(Graphics2D graphics, float[] sample, int from) {
        graphics.setColor(Palette.FRAME);
        for (int step = 0; step < sample.length / features; step++) {
            graphics.fill(new Ellipse2D.Double(x(from + step) - 1.5, y(sample, step) - 1.5, 3, 3));
        }
    }

    /** A curve from the first step on. */
    void curve(Graphics2D graphics, float[] sample, Color color, float width) {
        curve(graphics, sample, 0, color, new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }

    /** @param from the step here that the sample's first is */
    void curve(Graphics2D graphics, float[] sample, int from, Color color, Stroke stroke) {
        Path2D path = new Path2D.Double();
        boolean drawing = false;
        for (int step = 0; step < sample.length / features; step++) {
            boolean finite = Float.isFinite(sample[step * features + feature]);
            if (finite && drawing) {
                path.lineTo(x(from + step), y(sample, step));
            } else if (finite) {
                path.moveTo(x(from + step), y(sample, step));
            }
            drawing = finite;
        }
        graphics.setColor(color);
        graphics.setStroke(stroke);
        graphics.draw(path);
    }

    double x(int step) {
        return left + 5 + step * (WIDTH - 10.0) / Math.max(1, steps - 1);
    }

    private double y(float[] sample, int step) {
        double share = (sample[step * features + feature] - range[0]) / (range[1] - range[0]);
        return top + HEIGHT - 5 - share * (HEIGHT - 10.0);
    }
}
