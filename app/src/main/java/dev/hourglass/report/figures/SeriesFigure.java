package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunData;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Series as curves: what was measured as dots, the truth where it is known, and what a model makes of it. */
final class SeriesFigure {
    private static final int MARGIN = 20;
    private static final int GAP = 14;
    private static final int MAX_SAMPLES = 5;
    static final int MAX_FEATURES = 3;

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
                + Names.waist(model.spec()) + " ("
                + Names.compression(model.spec())
                + "); MSE over the whole test set " + Numbers.error(model.test().mse());
        int left = MARGIN + 62;
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 12;
        int panels = top + Type.HEADING.lineHeight() + Type.SMALL.lineHeight() + 4;
        int width = (int) Math.max(
                left + chosen.size() * (SeriesPanel.WIDTH + GAP) - GAP + MARGIN,
                2 * MARGIN + Type.NOTE.width(subtitle));
        int legend = panels + rows * (SeriesPanel.HEIGHT + GAP) + Type.SMALL.lineHeight();
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
                int x = left + column * (SeriesPanel.WIDTH + GAP);
                Type.HEADING.draw(graphics, Type.HEADING.fit(example.title(), SeriesPanel.WIDTH), x, top);
                Type.SMALL.draw(graphics, errors(example, rebuilt), x, top + (double) Type.HEADING.lineHeight());
                for (int row = 0; row < rows; row++) {
                    SeriesPanel panel =
                            new SeriesPanel(x, panels + row * (SeriesPanel.HEIGHT + GAP), steps, features, row, range);
                    panel.frame(graphics, column == 0, row == rows - 1);
                    panel.dots(graphics, example.sample(), 0);
                    if (clean) {
                        panel.curve(graphics, example.clean(), Palette.INK, 1.2f);
                    }
                    panel.curve(graphics, rebuilt, Palette.VERMILLION, 2f);
                }
            }
            legend(graphics, name, clean, left, legend);
        });
    }

    static List<Integer> oneOfEachClass(RunData data) {
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

    static double mse(float[] a, float[] b) {
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

    static void widen(float[] range, float[] sample) {
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

    static double legendText(Graphics2D graphics, String text, double left, int top) {
        Type.NOTE.draw(graphics, text, left, top);
        return left + Type.NOTE.width(text) + 24;
    }
}
