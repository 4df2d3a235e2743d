package dev.hourglass.report;

import dev.hourglass.tensor.Shape;
import dev.hourglass.train.History;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

/** The figures of a run. */
public final class Figures {
    private static final int MARGIN = 20;
    private static final int MAX_EXAMPLES = 10;
    private static final int MAX_PANELS_A_ROW = 3;
    private static final double LARGEST_DRAWN_LOSS = 1e9;

    private Figures() {}

    /** Every figure of a run: for each model its history and reconstructions, then the comparison. */
    public static List<Figure> all(RunResult run) {
        List<Figure> figures = new ArrayList<>();
        for (ModelResult model : run.models()) {
            if (!model.history().epochs().isEmpty()) {
                figures.add(trainingHistory(model));
            }
            if (!model.data().examples().isEmpty()) {
                figures.add(reconstructions(model));
            }
        }
        if (run.hasExamples()) {
            figures.add(comparison(run));
        }
        return figures;
    }

    /**
     * Loss and validation loss by epoch, the best epoch ringed.
     *
     * @throws IllegalArgumentException if no epoch was run
     */
    public static Figure trainingHistory(ModelResult model) {
        History history = model.history();
        if (history.epochs().isEmpty()) {
            throw new IllegalArgumentException("A training history needs at least one epoch, model '"
                    + model.spec().name() + "' has none");
        }
        String name = Names.model(model);
        History.Epoch best = history.best();
        boolean measured = Double.isFinite(best.validationLoss());
        String description = "Training history of " + name + ": loss and validation loss over "
                + plural(history.epochs().size(), "epoch")
                + (measured
                        ? "; the smallest validation loss is " + Numbers.error(best.validationLoss()) + " after epoch "
                                + best.number() + "."
                        : "; no validation loss is a finite number.");
        return new Figure(fileName(model, "history"), description, 720, 450, graphics -> {
            historyChart(name, history).paint(graphics, 720, 450);
        });
    }

    private static XYChart historyChart(String name, History history) {
        XYChart chart = new XYChartBuilder()
                .width(720)
                .height(450)
                .title(name + ": loss by epoch")
                .xAxisTitle("Epoch")
                .yAxisTitle("Loss (mean squared error)")
                .build();
        double[] epochs =
                history.epochs().stream().mapToDouble(History.Epoch::number).toArray();
        double[] losses = history.epochs().stream()
                .mapToDouble(epoch -> drawableOrGap(epoch.loss()))
                .toArray();
        double[] validation = history.epochs().stream()
                .mapToDouble(epoch -> drawableOrGap(epoch.validationLoss()))
                .toArray();
        styleHistory(chart, epochs, largestFinite(losses, validation));
        // Parentheses in each label make them equally high, which XChart aligns them by.
        addCurve(chart, "loss (training)", epochs, losses, Palette.BLUE, new BasicStroke(2), SeriesMarkers.CIRCLE);
        BasicStroke dashes =
                new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {7, 4}, 0);
        addCurve(chart, "loss (validation)", epochs, validation, Palette.VERMILLION, dashes, SeriesMarkers.DIAMOND);
        History.Epoch best = history.best();
        if (isDrawable(best.validationLoss())) {
            XYSeries mark = chart.addSeries(
                    "best (epoch " + best.number() + "): " + Numbers.error(best.validationLoss()),
                    new double[] {best.number()},
                    new double[] {best.validationLoss()});
            mark.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            mark.setMarker(new Ring());
            mark.setMarkerColor(Palette.INK);
        }
        return chart;
    }

    private static void addCurve(
            XYChart chart, String label, double[] x, double[] y, Color color, BasicStroke stroke, Marker marker) {
        XYSeries series = chart.addSeries(label, x, y);
        series.setLineColor(color);
        series.setLineStyle(stroke);
        series.setMarker(marker);
        series.setMarkerColor(color);
    }

    private static void styleHistory(XYChart chart, double[] epochs, double largest) {
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
        // About 600 units are left for the plot: at least 60 a tick, and never a tick between two epochs.
        styler.setXAxisTickMarkSpacingHint((int) Math.max(60, 500 / (last - first + 2 * pad)));
        styler.setXAxisDecimalPattern("0");
        // A little below 0, because XChart draws no tick at the very end of an axis.
        styler.setYAxisMin(-0.02 * largest);
        styler.setYAxisMax(1.08 * largest);
        styler.setYAxisLabelAlignment(TextAlignment.Right);
        styler.setYAxisDecimalPattern(largest >= 1e-3 && largest < 1e6 ? "#,##0.######" : "0.##E0");
        styler.setLocale(Locale.ROOT);
    }

    /** The top of what is drawn; 1 if there is nothing to draw, so that the axis still has a scale. */
    private static double largestFinite(double[] losses, double[] validation) {
        double largest = DoubleStream.concat(Arrays.stream(losses), Arrays.stream(validation))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        return largest > 0 ? largest : 1;
    }

    private static double drawableOrGap(double loss) {
        return isDrawable(loss) ? loss : Double.NaN;
    }

    /** A loss beyond is a run that diverged, and XChart searches minutes for ticks on an axis of 1e60. */
    private static boolean isDrawable(double loss) {
        return loss <= LARGEST_DRAWN_LOSS;
    }

    private static final class Ring extends Marker {
        @Override
        public void paint(Graphics2D graphics, double x, double y, int size) {
            graphics.setStroke(new BasicStroke(1.6f));
            double radius = size;
            graphics.draw(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
        }
    }

    /**
     * Up to ten examples over what the model makes of them, with the MSE of each.
     *
     * @throws IllegalArgumentException if there are no examples
     */
    public static Figure reconstructions(ModelResult model) {
        List<float[]> examples = model.data().examples();
        requireExamples(examples);
        int cell = 84;
        int gap = 10;
        int count = Math.min(MAX_EXAMPLES, examples.size());
        Shape shape = model.spec().input();
        String name = Names.model(model);
        String title = name + ": test samples and their reconstructions";
        String subtitle = Numbers.count(shape.size()) + " numbers through a waist of "
                + Names.size(model.spec().latent()) + " ("
                + Numbers.ratio(model.spec().compressionRatio())
                + "); MSE over the whole test set " + Numbers.error(model.test().mse());
        int grid = count * cell + (count - 1) * gap;
        int width = 2 * MARGIN
                + (int) Math.ceil(Math.max(grid, Math.max(Type.TITLE.width(title), Type.NOTE.width(subtitle))));
        int originalsTop = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 14;
        int rowTop = originalsTop + Type.HEADING.lineHeight() + 2;
        int reconstructedTop = rowTop + cell + 14;
        int secondRowTop = reconstructedTop + Type.HEADING.lineHeight() + 2;
        int errorsTop = secondRowTop + cell + 4;
        int height = errorsTop + Type.SMALL.lineHeight() + MARGIN - 4;
        String description = plural(count, "test sample") + " in the upper row, their reconstructions by " + name
                + " in the lower row; the mean squared error over the whole test set is "
                + Numbers.error(model.test().mse()) + ".";
        return new Figure(fileName(model, "reconstructions"), description, width, height, graphics -> {
            SampleImages images = SampleImages.rangeOf(examples);
            Type.TITLE.draw(graphics, title, MARGIN, MARGIN);
            Type.NOTE.draw(graphics, subtitle, MARGIN, MARGIN + Type.TITLE.lineHeight());
            Type.HEADING.draw(graphics, "Original", MARGIN, originalsTop);
            Type.HEADING.draw(graphics, name + " reconstruction", MARGIN, reconstructedTop);
            Type.SMALL.draw(
                    graphics,
                    "MSE of each below",
                    MARGIN + Type.HEADING.width(name + " reconstruction") + 10,
                    reconstructedTop + 3);
            for (int i = 0; i < count; i++) {
                int left = MARGIN + i * (cell + gap);
                float[] original = examples.get(i);
                float[] reconstruction = model.reconstructions().get(i);
                images.draw(graphics, shape, original, left, rowTop, cell);
                images.draw(graphics, shape, reconstruction, left, secondRowTop, cell);
                Type.SMALL.drawCentered(
                        graphics, Numbers.shortError(mse(original, reconstruction)), left + cell / 2.0, errorsTop);
            }
        });
    }

    /**
     * For each data set the originals in one panel and each model's reconstructions in a panel of the same layout beside
     * it.
     *
     * @throws IllegalArgumentException if there are no examples
     */
    public static Figure comparison(RunResult run) {
        List<List<Panel>> rows = new ArrayList<>();
        for (RunData data : run.data()) {
            requireExamples(data.examples());
            List<Panel> panels = panels(data, run.modelsOf(data));
            int columns = panels.size() <= MAX_PANELS_A_ROW + 1 ? panels.size() : MAX_PANELS_A_ROW;
            for (int i = 0; i < panels.size(); i += columns) {
                rows.add(panels.subList(i, Math.min(i + columns, panels.size())));
            }
        }
        int count = run.data().stream()
                .mapToInt(data -> Math.min(MAX_EXAMPLES, data.examples().size()))
                .max()
                .orElseThrow();
        Grid grid = Grid.of(count);
        int columns = rows.stream().mapToInt(List::size).max().orElseThrow();
        int panelGap = 36;
        int heading = Type.HEADING.lineHeight() + 2 * Type.NOTE.lineHeight() + 6;
        int panelHeight = heading + grid.height();
        int top = MARGIN + Type.TITLE.lineHeight() + 12;
        int gridWidth = columns * grid.width() + (columns - 1) * panelGap;
        String title = run.title();
        int width = 2 * MARGIN + Math.max(gridWidth, (int) Math.ceil(Math.min(Type.TITLE.width(title), 1000)));
        int height = top + rows.size() * panelHeight + (rows.size() - 1) * panelGap + MARGIN;
        String description = plural(count, "test sample") + " beside the reconstructions of "
                + run.models().stream()
                        .map(model -> Names.model(model) + " (test MSE "
                                + Numbers.error(model.test().mse()) + ")")
                        .collect(Collectors.joining(" and of "))
                + ".";
        return new Figure("comparison", description, width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2.0 * MARGIN), MARGIN, MARGIN);
            for (int row = 0; row < rows.size(); row++) {
                for (int column = 0; column < rows.get(row).size(); column++) {
                    int left = MARGIN + column * (grid.width() + panelGap);
                    int panelTop = top + row * (panelHeight + panelGap);
                    rows.get(row).get(column).draw(graphics, grid, left, panelTop, heading);
                }
            }
        });
    }

    private static List<Panel> panels(RunData data, List<ModelResult> models) {
        ModelResult first = models.getFirst();
        SampleImages images = SampleImages.rangeOf(data.examples());
        List<Panel> panels = new ArrayList<>();
        panels.add(new Panel(
                "Original",
                Numbers.count(first.spec().input().size()) + " numbers a sample",
                "test set of " + data.name(),
                first.spec().input(),
                images,
                data.examples()));
        for (ModelResult model : models) {
            panels.add(new Panel(
                    Names.model(model),
                    "from " + Names.size(model.spec().latent()) + " numbers ("
                            + Numbers.ratio(model.spec().compressionRatio()) + ")",
                    "test MSE " + Numbers.error(model.test().mse()),
                    model.spec().input(),
                    images,
                    model.reconstructions()));
        }
        return panels;
    }

    private record Panel(
            String title, String size, String note, Shape shape, SampleImages images, List<float[]> samples) {
        void draw(Graphics2D graphics, Grid grid, int left, int top, int heading) {
            int width = grid.width();
            Type.HEADING.draw(graphics, Type.HEADING.fit(title, width), left, top);
            int noteTop = top + Type.HEADING.lineHeight();
            Type.NOTE.draw(graphics, Type.NOTE.fit(size, width), left, noteTop);
            Type.NOTE.draw(graphics, Type.NOTE.fit(note, width), left, noteTop + Type.NOTE.lineHeight());
            for (int i = 0; i < Math.min(MAX_EXAMPLES, samples.size()); i++) {
                int x = left + i % grid.columns() * (Grid.CELL + Grid.GAP);
                int y = top + heading + i / grid.columns() * (Grid.CELL + Grid.GAP);
                images.draw(graphics, shape, samples.get(i), x, y, Grid.CELL);
            }
        }
    }

    /** Square cells in the fullest rectangle that is at least as wide as high, and at least as wide as a title. */
    private record Grid(int columns, int rows) {
        static final int CELL = 56;
        static final int GAP = 6;

        static Grid of(int count) {
            int rows = Math.max(1, (int) Math.sqrt(count));
            while (rows > 1 && count % rows != 0) {
                rows--;
            }
            int columns = count / rows;
            return columns <= 6 ? new Grid(columns, rows) : new Grid(4, Math.ceilDiv(count, 4));
        }

        int width() {
            return Math.max(190, columns * CELL + (columns - 1) * GAP);
        }

        int height() {
            return rows * CELL + (rows - 1) * GAP;
        }
    }

    private static double mse(float[] original, float[] reconstruction) {
        double sum = 0;
        for (int i = 0; i < original.length; i++) {
            double difference = (double) original[i] - reconstruction[i];
            sum += difference * difference;
        }
        return sum / original.length;
    }

    private static void requireExamples(List<float[]> examples) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("A figure of reconstructions needs at least one example, got none");
        }
    }

    private static String fileName(ModelResult model, String what) {
        return model.spec().name().replaceAll("[^A-Za-z0-9_-]", "_") + "-" + what;
    }

    private static String plural(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
