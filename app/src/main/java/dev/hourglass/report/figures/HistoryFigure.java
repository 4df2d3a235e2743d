package dev.hourglass.report.figures;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.train.History;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How a model's errors fell, by epoch, in training and validation: the loss and, beside it, the mean absolute error; and
 * the mean squared error, where that is not the loss. Of a variational model, both parts of the loss.
 */
final class HistoryFigure {
    private static final int PANEL_WIDTH = 560;
    private static final int HEIGHT = 430;
    private static final int MOST_IN_A_ROW = 3;
    private static final double LARGEST_DRAWN = 1e9;

    private final String name;
    private final History history;

    /** @throws IllegalArgumentException if no epoch was run */
    HistoryFigure(ModelResult model) {
        name = Names.model(model);
        history = model.history();
        if (history.epochs().isEmpty()) {
            throw new IllegalArgumentException("A training history needs at least one epoch, model '"
                    + model.spec().name() + "' has none");
        }
    }

    Figure draw(String fileName) {
        History.Epoch best = history.best();
        int epochs = history.epochs().size();
        List<Panel> panels = panels();
        String description =
                "Training history of " + name + ": loss (" + history.loss().inWords() + ")"
                        + panels.stream()
                                .skip(1)
                                .map(panel -> " and " + panel.measure())
                                .collect(Collectors.joining())
                        + ", in training and validation,"
                        + " over " + epochs + (epochs == 1 ? " epoch" : " epochs")
                        + (Double.isFinite(best.validationLoss())
                                ? "; the smallest validation loss is " + Numbers.error(best.validationLoss())
                                        + " after epoch " + best.number() + "."
                                : "; no validation loss is a finite number.");
        int rows = Math.ceilDiv(panels.size(), MOST_IN_A_ROW);
        int columns = Math.ceilDiv(panels.size(), rows);
        return new Figure(fileName, description, columns * PANEL_WIDTH, rows * HEIGHT, graphics -> {
            for (int i = 0; i < panels.size(); i++) {
                Graphics2D place = (Graphics2D) graphics.create();
                place.translate(i % columns * PANEL_WIDTH, i / columns * HEIGHT);
                chart(panels.get(i)).paint(place, PANEL_WIDTH, HEIGHT);
                place.dispose();
            }
        });
    }

    /**
     * What one of the charts shows.
     *
     * @param of which of several outputs' it is, as words behind {@code what}; else empty
     * @param measure as it stands within a sentence
     */
    private record Panel(
            String what,
            String of,
            String measure,
            ToDoubleFunction<History.Epoch> training,
            ToDoubleFunction<History.Epoch> validation) {
        static Panel whole(
                String what,
                String measure,
                ToDoubleFunction<History.Epoch> training,
                ToDoubleFunction<History.Epoch> validation) {
            return new Panel(what, "", measure, training, validation);
        }
    }

    private List<Panel> panels() {
        List<Panel> panels = new ArrayList<>();
        panels.add(Panel.whole("loss", "loss (" + loss() + ")", History.Epoch::loss, History.Epoch::validationLoss));
        if (history.loss().isVariational()) {
            panels.add(Panel.whole(
                    "error",
                    history.loss().ofOutputs().inWords() + ", summed over a sample",
                    History.Epoch::reconstruction,
                    History.Epoch::validationReconstruction));
            panels.add(Panel.whole(
                    "KL",
                    "Kullback-Leibler divergence of codes (nats)",
                    History.Epoch::divergence,
                    History.Epoch::validationDivergence));
        }
        if (!history.loss().outputTerms().isEmpty()) {
            addOutputs(panels);
            return panels;
        }
        if (!(history.loss() instanceof Loss.MeanSquaredError)) {
            panels.add(Panel.whole("MSE", "mean squared error", History.Epoch::mse, History.Epoch::validationMse));
        }
        if (!(history.loss() instanceof Loss.MeanAbsoluteError)) {
            panels.add(Panel.whole("MAE", "mean absolute error", History.Epoch::mae, History.Epoch::validationMae));
        }
        return panels;
    }

    /** Of each output its mean squared error, and its loss where that is another. */
    private void addOutputs(List<Panel> panels) {
        List<Measured.OfOutput> outputs = history.last().training().outputs();
        for (int i = 0; i < outputs.size(); i++) {
            int place = i;
            String output = outputs.get(i).output();
            String of = " of '" + output + "'";
            Loss loss = history.loss().outputTerm(output).loss();
            if (!(loss instanceof Loss.MeanSquaredError)) {
                panels.add(new Panel(
                        "loss",
                        of,
                        loss.inWords() + of,
                        epoch -> epoch.training().outputs().get(place).loss(),
                        epoch -> epoch.validation().outputs().get(place).loss()));
            }
            panels.add(new Panel(
                    "MSE",
                    of,
                    "mean squared error" + of,
                    epoch -> epoch.training().outputs().get(place).mse(),
                    epoch -> epoch.validation().outputs().get(place).mse()));
        }
    }

    /** In words that fit beside the axis. */
    private String loss() {
        if (history.loss().isVariational()) {
            return "negative evidence lower bound";
        }
        if (!history.loss().outputTerms().isEmpty()) {
            return "weighted sum over the outputs";
        }
        return history.loss().ofOutputs().inWords()
                + (history.loss().penalties().isEmpty() ? "" : ", with penalties");
    }

    private XYChart chart(Panel panel) {
        String what = panel.what();
        XYChart chart = new XYChartBuilder()
                .width(PANEL_WIDTH)
                .height(HEIGHT)
                .title(name + ": " + what + panel.of() + " by epoch")
                .xAxisTitle("Epoch")
                .yAxisTitle(panel.measure().substring(0, 1).toUpperCase(Locale.ROOT)
                        + panel.measure().substring(1))
                .build();
        double[] epochs =
                history.epochs().stream().mapToDouble(History.Epoch::number).toArray();
        double[] training = curve(panel.training());
        double[] validation = curve(panel.validation());
        style(chart, epochs, largestFinite(training, validation));
        // Parentheses in each label make them equally high, which XChart aligns them by.
        addCurve(chart, what + " (training)", epochs, training, Palette.BLUE, new BasicStroke(2), SeriesMarkers.CIRCLE);
        BasicStroke dashes =
                new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {7, 4}, 0);
        addCurve(chart, what + " (validation)", epochs, validation, Palette.VERMILLION, dashes, SeriesMarkers.DIAMOND);
        // The epoch with the smallest validation loss in both panels: one model, one best epoch.
        History.Epoch best = history.best();
        double bestError = panel.validation().applyAsDouble(best);
        if (isDrawable(bestError)) {
            XYSeries mark = chart.addSeries(
                    "best (epoch " + best.number() + "): " + Numbers.error(bestError),
                    new double[] {best.number()},
                    new double[] {bestError});
            mark.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            mark.setMarker(new Ring());
            mark.setMarkerColor(Palette.INK);
        }
        return chart;
    }

    private double[] curve(ToDoubleFunction<History.Epoch> error) {
        return history.epochs().stream()
                .mapToDouble(error)
                .map(value -> isDrawable(value) ? value : Double.NaN)
                .toArray();
    }

    private static void addCurve(
            XYChart chart, String label, double[] x, double[] y, Color color, BasicStroke stroke, Marker marker) {
        XYSeries series = chart.addSeries(label, x, y);
        series.setLineColor(color);
        series.setLineStyle(stroke);
        series.setMarker(marker);
        series.setMarkerColor(color);
    }

    private static void style(XYChart chart, double[] epochs, double largest) {
        double first = epochs[0];
        double last = epochs[epochs.length - 1];
        double pad = first < last ? Math.max(0.25, (last - first) * 0.03) : 0.6;
        XYStyler styler = chart.getStyler();
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setChartPadding(16);
        styler.setChartFontColor(Palette.INK);
        styler.setChartTitleFont(Type.TITLE.font());
        styler.setChartTitleBoxVisible(false);
        styler.setChartTitlePadding(10);
        styler.setAxisTitleFont(Type.BODY.font());
        styler.setAxisTickLabelsFont(Type.NOTE.font());
        styler.setAxisTickLabelsColor(Palette.INK);
        styler.setAxisTicksLineVisible(false);
        styler.setAxisTickMarksColor(Palette.FRAME);
        styler.setPlotBorderColor(Palette.FRAME);
        styler.setPlotGridLinesColor(Palette.GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotContentSize(1.0);
        styler.setPlotMargin(0);
        styler.setLegendPosition(LegendPosition.OutsideS);
        styler.setLegendLayout(LegendLayout.Horizontal);
        styler.setLegendFont(Type.NOTE.font());
        styler.setLegendBorderColor(Color.WHITE);
        styler.setMarkerSize(8);
        styler.setXAxisMin(first - pad);
        styler.setXAxisMax(last + pad);
        // About 450 units are left for the plot: at least 60 a tick, and never a tick between two epochs.
        styler.setXAxisTickMarkSpacingHint((int) Math.max(60, 400 / (last - first + 2 * pad)));
        styler.setXAxisDecimalPattern("0");
        // A little below 0, because XChart draws no tick at the very end of an axis.
        styler.setYAxisMin(-0.02 * largest);
        styler.setYAxisMax(1.08 * largest);
        styler.setYAxisLabelAlignment(TextAlignment.Right);
        styler.setYAxisDecimalPattern(largest >= 1e-3 && largest < 1e6 ? "#,##0.######" : "0.##E0");
        styler.setLocale(Locale.ROOT);
    }

    /** The top of what is drawn; 1 if there is nothing to draw, so that the axis still has a scale. */
    private static double largestFinite(double[] training, double[] validation) {
        double largest = DoubleStream.concat(Arrays.stream(training), Arrays.stream(validation))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        return largest > 0 ? largest : 1;
    }

    /** A loss beyond is a run that diverged, and XChart searches minutes for ticks on an axis of 1e60. */
    private static boolean isDrawable(double loss) {
        return loss <= LARGEST_DRAWN;
    }

    private static final class Ring extends Marker {
        @Override
        public void paint(Graphics2D graphics, double x, double y, int size) {
            graphics.setStroke(new BasicStroke(1.6f));
            double radius = size;
            graphics.draw(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
        }
    }
}
