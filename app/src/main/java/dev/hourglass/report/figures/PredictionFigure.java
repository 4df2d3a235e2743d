package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.Prediction;
import dev.hourglass.report.results.RunData;
import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.util.List;

/** What follows series, as it was measured, as a model predicts it and as a linear prediction does. */
final class PredictionFigure {
    private static final int MARGIN = 20;
    private static final int GAP = 14;
    private static final BasicStroke OWN = new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke LINEAR =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {4, 3}, 0);
    private static final BasicStroke NOW =
            new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {2, 3}, 0);

    private PredictionFigure() {}

    /** One example of each class, or the first ones; of each its first features, one below the other. */
    static Figure draw(String fileName, ModelResult model, Prediction prediction) {
        RunData data = model.data();
        int steps = data.sampleShape().dimension(0);
        int features = data.sampleShape().dimension(1);
        int ahead = prediction.shape().dimension(0);
        int rows = Math.min(SeriesFigure.MAX_FEATURES, features);
        List<Integer> chosen = SeriesFigure.oneOfEachClass(data);
        String name = Names.model(model);
        String title = name + ": what follows test sequences, and its predictions";
        String subtitle = ahead + " steps after " + steps + "; MSE over the whole test set "
                + Numbers.error(prediction.mse()) + ", of a linear prediction from PCA's code "
                + Numbers.error(prediction.linearMse()) + ", of the last step kept "
                + Numbers.error(prediction.lastMse());
        int left = MARGIN + 62;
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 12;
        int panels = top + Type.HEADING.lineHeight() + Type.SMALL.lineHeight() + 4;
        int width = (int) Math.max(
                left + chosen.size() * (SeriesPanel.WIDTH + GAP) - GAP + MARGIN,
                2 * MARGIN + Type.NOTE.width(subtitle));
        int legend = panels + rows * (SeriesPanel.HEIGHT + GAP) + Type.SMALL.lineHeight();
        int height = legend + Type.BODY.lineHeight() + MARGIN;
        String description = chosen.size() + " test sequences, " + rows
                + " features of each: what follows them, and the" + " predictions by " + name + ". " + subtitle + ".";
        float[] range = range(data, prediction);
        return new Figure(fileName, description, width, height, graphics -> {
            Type.TITLE.draw(graphics, title, MARGIN, MARGIN);
            Type.NOTE.draw(graphics, subtitle, MARGIN, MARGIN + Type.TITLE.lineHeight());
            for (int column = 0; column < chosen.size(); column++) {
                RunData.Example example = data.examples().get(chosen.get(column));
                Prediction.Example follows = prediction.examples().get(chosen.get(column));
                int x = left + column * (SeriesPanel.WIDTH + GAP);
                Type.HEADING.draw(graphics, Type.HEADING.fit(example.title(), SeriesPanel.WIDTH), x, top);
                Type.SMALL.draw(graphics, errors(follows), x, top + (double) Type.HEADING.lineHeight());
                for (int row = 0; row < rows; row++) {
                    SeriesPanel panel = new SeriesPanel(
                            x, panels + row * (SeriesPanel.HEIGHT + GAP), steps + ahead, features, row, range);
                    panel.frame(graphics, column == 0, row == rows - 1);
                    double now = (panel.x(steps - 1) + panel.x(steps)) / 2;
                    graphics.setStroke(NOW);
                    graphics.draw(new Line2D.Double(now, panel.top(), now, panel.top() + SeriesPanel.HEIGHT));
                    panel.dots(graphics, example.sample(), 0);
                    panel.dots(graphics, follows.next(), steps);
                    panel.curve(graphics, follows.linear(), steps, Palette.BLUE, LINEAR);
                    panel.curve(graphics, follows.predicted(), steps, Palette.VERMILLION, OWN);
                }
            }
            legend(graphics, name, left, legend);
        });
    }

    private static String errors(Prediction.Example example) {
        return "MSE " + Numbers.shortError(SeriesFigure.mse(example.next(), example.predicted())) + "; linear "
                + Numbers.shortError(SeriesFigure.mse(example.next(), example.linear()));
    }

    /** Of all that is drawn, so that panels can be compared. */
    private static float[] range(RunData data, Prediction prediction) {
        float[] range = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        data.samples().forEach(sample -> SeriesFigure.widen(range, sample));
        for (Prediction.Example example : prediction.examples()) {
            SeriesFigure.widen(range, example.next());
            SeriesFigure.widen(range, example.predicted());
            SeriesFigure.widen(range, example.linear());
        }
        return range[0] < range[1] ? range : new float[] {0, 1};
    }

    private static void legend(Graphics2D graphics, String name, int left, int top) {
        graphics.setColor(Palette.FRAME);
        graphics.fill(new Ellipse2D.Double(left, top + 6.0, 5, 5));
        double x = SeriesFigure.legendText(graphics, "measured", left + 10.0, top);
        graphics.setColor(Palette.VERMILLION);
        graphics.setStroke(OWN);
        graphics.draw(new Line2D.Double(x, top + 8.5, x + 22, top + 8.5));
        x = SeriesFigure.legendText(graphics, name + " prediction", x + 28, top);
        graphics.setColor(Palette.BLUE);
        graphics.setStroke(LINEAR);
        graphics.draw(new Line2D.Double(x, top + 8.5, x + 22, top + 8.5));
        SeriesFigure.legendText(graphics, "linear prediction from PCA's code of as many numbers", x + 28, top);
    }
}
