package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunData;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Series as curves: what was measured as dots, the truth where it is known, and what a model makes of it. */
final class SeriesFigure {
    private static final int MARGIN = 20;
    private static final int PANEL_WIDTH = 200;
    private static final int PANEL_HEIGHT = 120;
    private static final int GAP = 14;
    private static final int MAX_SAMPLES = 5;
    private static final int MAX_FEATURES = 3;

    private SeriesFigure() {}

    /** One example of each class, or the first ones; of each its first features, one below the other. */
    static Figure draw(String fileName, ModelResult model) {
        RunData data = model.data();
        int steps = data.sampleShape().dimension(0);
        int features = data.sampleShape().dimension(1);
        int rows = Math.min(MAX_FEATURES, features);
        List<Integer> chosen = oneOfEachClass(data);
        boolean clean = data.examples().getFirst().clean().length > 0;
        String name = Names.model(model);
        String title = name + ": test sequences and their reconstructions";
        String subtitle = steps + " steps of " + features + " features through a waist of "
                + Names.size(model.spec().latent()) + " ("
                + Names.compression(model.spec())
                + "); MSE over the whole test set " + Numbers.error(model.test().mse());
        int left = MARGIN + 62;
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 12;
        int panels = top + Type.HEADING.lineHeight() + Type.SMALL.lineHeight() + 4;
        int width = (int) Math.max(
                left + chosen.size() * (PANEL_WIDTH + GAP) - GAP + MARGIN, 2 * MARGIN + Type.NOTE.width(subtitle));
        int legend = panels + rows * (PANEL_HEIGHT + GAP) + Type.SMALL.lineHeight();
        int height = legend + Type.BODY.lineHeight() + MARGIN;
        String description = chosen.size() + " test sequences as curves, " + rows + " features of each, beside their"
                + " reconstructions by " + name + "; the mean squared error over the whole test set is "
                + Numbers.error(model.test().mse()) + ".";
        float[] range = range(data, model);
        return new Figure(fileName, description, width, height, graphics -> {
            Type.TITLE.draw(graphics, title, MARGIN, MARGIN);
            Type.NOTE.draw(graphics, subtitle, MARGIN, MARGIN + Type.TITLE.lineHeight());
            for (int column = 0; column < chosen.size(); column++) {
                RunData.Example example = data.examples().get(chosen.get(column));
                float[] rebuilt = model.reconstructions().get(chosen.get(column));
                int x = left + column * (PANEL_WIDTH + GAP);
                Type.HEADING.draw(graphics, Type.HEADING.fit(example.title(), PANEL_WIDTH), x, top);
                Type.SMALL.draw(graphics, errors(example, rebuilt), x, top + (double) Type.HEADING.lineHeight());
                for (int row = 0; row < rows; row++) {
                    Panel panel = new Panel(x, panels + row * (PANEL_HEIGHT + GAP), steps, features, row, range);
                    panel.frame(graphics, column == 0, row == rows - 1);
                    panel.dots(graphics, example.sample());
                    if (clean) {
                        panel.curve(graphics, example.clean(), Palette.INK, 1.2f);
                    }
                    panel.curve(graphics, rebuilt, Palette.VERMILLION, 2f);
                }
            }
            legend(graphics, name, clean, left, legend);
        });
    }

    private static List<Integer> oneOfEachClass(RunData data) {
        Map<String, Integer> first = new LinkedHashMap<>();
        for (int i = 0; i < data.examples().size(); i++) {
            String title = data.examples().get(i).title();
            first.putIfAbsent(title.isEmpty() ? Integer.toString(i) : title, i);
        }
        return first.values().stream().limit(MAX_SAMPLES).toList();
    }

    private static String errors(RunData.Example example, float[] rebuilt) {
        String mse = "MSE " + Numbers.shortError(mse(example.sample(), rebuilt));
        return example.clean().length == 0
                ? mse
                : mse + "; to the signal " + Numbers.shortError(mse(example.clean(), rebuilt));
    }

    private static double mse(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        }
        return sum / a.length;
    }

    /** Of all that is drawn, so that panels can be compared. */
    private static float[] range(RunData data, ModelResult model) {
        float[] range = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        data.samples().forEach(sample -> widen(range, sample));
        model.reconstructions().forEach(sample -> widen(range, sample));
        return range[0] < range[1] ? range : new float[] {0, 1};
    }

    private static void widen(float[] range, float[] sample) {
        for (float value : sample) {
            if (Float.isFinite(value)) {
                range[0] = Math.min(range[0], value);
                range[1] = Math.max(range[1], value);
            }
        }
    }

    private static void legend(Graphics2D graphics, String name, boolean clean, int left, int top) {
        double x = left;
        graphics.setColor(Palette.FRAME);
        graphics.fill(new Ellipse2D.Double(x, top + 6.0, 5, 5));
        x = legendText(graphics, "measured", x + 10, top);
        if (clean) {
            graphics.setColor(Palette.INK);
            graphics.fill(new Rectangle2D.Double(x, top + 8.0, 22, 1.2));
            x = legendText(graphics, "signal without noise", x + 28, top);
        }
        graphics.setColor(Palette.VERMILLION);
        graphics.fill(new Rectangle2D.Double(x, top + 7.5, 22, 2));
        legendText(graphics, name + " reconstruction", x + 28, top);
    }

    private static double legendText(Graphics2D graphics, String text, double left, int top) {
        Type.NOTE.draw(graphics, text, left, top);
        return left + Type.NOTE.width(text) + 24;
    }

    /** One feature of one sample. */
    private record Panel(int left, int top, int steps, int features, int feature, float[] range) {
        void frame(Graphics2D graphics, boolean first, boolean last) {
            graphics.setColor(Palette.FRAME);
            graphics.setStroke(new BasicStroke(1));
            graphics.draw(new Rectangle2D.Double(left, top, PANEL_WIDTH, PANEL_HEIGHT));
            if (first) {
                String label = "feature " + (feature + 1);
                Type.SMALL.draw(graphics, label, left - 8 - Type.SMALL.width(label), top + PANEL_HEIGHT / 2.0 - 8);
            }
            if (last) {
                Type.SMALL.draw(graphics, "step 1", left, top + PANEL_HEIGHT + 3.0);
                String end = Integer.toString(steps);
                Type.SMALL.draw(graphics, end, left + PANEL_WIDTH - Type.SMALL.width(end), top + PANEL_HEIGHT + 3.0);
            }
        }

        void dots(Graphics2D graphics, float[] sample) {
            graphics.setColor(Palette.FRAME);
            for (int step = 0; step < steps; step++) {
                graphics.fill(new Ellipse2D.Double(x(step) - 1.5, y(sample, step) - 1.5, 3, 3));
            }
        }

        void curve(Graphics2D graphics, float[] sample, Color color, float width) {
            Path2D path = new Path2D.Double();
            boolean drawing = false;
            for (int step = 0; step < steps; step++) {
                boolean finite = Float.isFinite(sample[step * features + feature]);
                if (finite && drawing) {
                    path.lineTo(x(step), y(sample, step));
                } else if (finite) {
                    path.moveTo(x(step), y(sample, step));
                }
                drawing = finite;
            }
            graphics.setColor(color);
            graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            graphics.draw(path);
        }

        private double x(int step) {
            return left + 5 + step * (PANEL_WIDTH - 10.0) / Math.max(1, steps - 1);
        }

        private double y(float[] sample, int step) {
            double share = (sample[step * features + feature] - range[0]) / (range[1] - range[0]);
            return top + PANEL_HEIGHT - 5 - share * (PANEL_HEIGHT - 10.0);
        }
    }
}
