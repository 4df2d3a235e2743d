package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.PeakMemory;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.RunResult;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Cost and quality of models, as bars: errors beside PCA's, compression, time and memory. Where models use different
 * data, the errors say so.
 */
final class ComparisonFigure {
    private static final int MARGIN = 20;
    private static final int PANEL_WIDTH = 300;
    private static final int BARS_HEIGHT = 190;
    private static final int GAP = 36;
    private static final int PANELS_A_ROW = 3;

    private ComparisonFigure() {}

    /** @param value NaN if not measured */
    private record Bar(String label, double value, Color color) {}

    private record Panel(String title, String note, DoubleFunction<String> text, List<Bar> bars) {}

    static Figure draw(String fileName, RunResult run) {
        List<Panel> panels = panels(run);
        int columns = Math.min(PANELS_A_ROW, panels.size());
        int rows = Math.ceilDiv(panels.size(), columns);
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 14;
        int panelHeight = Type.HEADING.lineHeight()
                + Type.SMALL.lineHeight()
                + 2 * Type.SMALL.lineHeight()
                + BARS_HEIGHT
                + Type.NOTE.lineHeight()
                + 14;
        int width = 2 * MARGIN + columns * PANEL_WIDTH + (columns - 1) * GAP;
        int height = top + rows * panelHeight + (rows - 1) * 16 + MARGIN - 14;
        StringBuilder description = new StringBuilder("Bars that compare the models.");
        for (Panel panel : panels) {
            description.append(' ').append(panel.title()).append(':');
            for (Bar bar : panel.bars()) {
                description
                        .append(' ')
                        .append(bar.label())
                        .append(' ')
                        .append(panel.text().apply(bar.value()))
                        .append(',');
            }
            description.setCharAt(description.length() - 1, '.');
        }
        return new Figure(fileName, description.toString(), width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(run.title(), width - 2.0 * MARGIN), MARGIN, MARGIN);
            Type.NOTE.draw(
                    graphics,
                    Type.NOTE.fit(subtitle(run), width - 2.0 * MARGIN),
                    MARGIN,
                    MARGIN + Type.TITLE.lineHeight());
            for (int i = 0; i < panels.size(); i++) {
                int left = MARGIN + i % columns * (PANEL_WIDTH + GAP);
                int panelTop = top + i / columns * (panelHeight + 16);
                draw(graphics, panels.get(i), left, panelTop);
            }
        });
    }

    private static String subtitle(RunResult run) {
        if (run.data().size() == 1) {
            return counts(run.data().getFirst());
        }
        return run.models().stream()
                        .map(model -> Names.model(model) + ": " + counts(model.data()))
                        .collect(Collectors.joining("; "))
                + ". Compare errors only relative to PCA's.";
    }

    private static String counts(RunData data) {
        return Numbers.count(data.trainingSamples()) + " training and " + Numbers.count(data.testSamples()) + " test "
                + data.title();
    }

    private static List<Panel> panels(RunResult run) {
        List<Panel> panels = new ArrayList<>();
        boolean hasRival = run.models().stream().anyMatch(ComparisonFigure::hasRival);
        String testSet = "test set" + (hasRival ? "; grey: PCA of the same latent size" : "");
        panels.add(new Panel(
                "Reconstruction MSE",
                testSet,
                Numbers::error,
                besidePca(run, model -> model.test().mse(), ModelResult::pcaMse)));
        panels.add(new Panel(
                "Reconstruction MAE",
                testSet,
                Numbers::error,
                besidePca(run, model -> model.test().mae(), ModelResult::pcaMae)));
        List<Bar> compression = bars(run, model -> model.spec().compressionRatio());
        if (anyMeasured(compression)) {
            panels.add(new Panel("Compression", "numbers in over numbers at the waist", Numbers::ratio, compression));
        }
        panels.add(new Panel(
                "Training time",
                "all epochs, with validation",
                Numbers::duration,
                bars(run, model -> model.history().totalSeconds())));
        List<Bar> memory = bars(run, ComparisonFigure::peakBytes);
        if (anyMeasured(memory)) {
            panels.add(new Panel("Peak memory", "while the model was trained", Numbers::bytes, memory));
        }
        return panels;
    }

    private static boolean anyMeasured(List<Bar> bars) {
        return bars.stream().anyMatch(bar -> Double.isFinite(bar.value()));
    }

    private static double peakBytes(ModelResult model) {
        PeakMemory memory = model.evaluation().memory();
        return memory == null ? Double.NaN : memory.bytes();
    }

    private static List<Bar> bars(RunResult run, ToDoubleFunction<ModelResult> value) {
        List<Bar> bars = new ArrayList<>();
        for (ModelResult model : run.models()) {
            bars.add(new Bar(Names.model(model), value.applyAsDouble(model), Palette.of(bars.size())));
        }
        return bars;
    }

    /** PCA is none of a model that is told more than a code. */
    private static boolean hasRival(ModelResult model) {
        return model.spec().bypass().isEmpty();
    }

    private static List<Bar> besidePca(
            RunResult run, ToDoubleFunction<ModelResult> own, ToDoubleFunction<ModelResult> pca) {
        List<Bar> bars = new ArrayList<>();
        List<ModelResult> models = run.models();
        for (int i = 0; i < models.size(); i++) {
            ModelResult model = models.get(i);
            bars.add(new Bar(Names.model(model), own.applyAsDouble(model), Palette.of(i)));
            if (hasRival(model)) {
                bars.add(new Bar("PCA " + model.spec().keptSize(), pca.applyAsDouble(model), Palette.PALE));
            }
        }
        return bars;
    }

    private static void draw(Graphics2D graphics, Panel panel, int left, int top) {
        Type.HEADING.draw(graphics, panel.title(), left, top);
        Type.SMALL.draw(graphics, panel.note(), left, top + (double) Type.HEADING.lineHeight());
        int barsTop = top + Type.HEADING.lineHeight() + 3 * Type.SMALL.lineHeight();
        int ground = barsTop + BARS_HEIGHT;
        double largest = panel.bars().stream()
                .mapToDouble(Bar::value)
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        double slot = (double) PANEL_WIDTH / panel.bars().size();
        double barWidth = Math.min(64, slot * 0.62);
        for (int i = 0; i < panel.bars().size(); i++) {
            Bar bar = panel.bars().get(i);
            double center = left + (i + 0.5) * slot;
            double height = Double.isFinite(bar.value()) && largest > 0 ? BARS_HEIGHT * bar.value() / largest : 0;
            graphics.setColor(bar.color());
            graphics.fill(new Rectangle2D.Double(center - barWidth / 2, ground - height, barWidth, height));
            String text = Double.isFinite(bar.value()) ? panel.text().apply(bar.value()) : "not measured";
            Type.SMALL.drawCentered(graphics, text, center, ground - height - Type.SMALL.lineHeight());
            Type.SMALL.drawCentered(graphics, Type.SMALL.fit(bar.label(), slot - 2), center, ground + 4.0);
        }
        graphics.setColor(Palette.FRAME);
        graphics.draw(new Line2D.Double(left, ground, left + PANEL_WIDTH, ground));
    }
}
