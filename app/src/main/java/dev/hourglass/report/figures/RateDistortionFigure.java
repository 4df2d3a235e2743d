package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.SignalErrors;
import dev.hourglass.report.results.Sweep;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Test error by latent size, for each model a panel: the swept models, PCA with as many components, the noise floor. */
final class RateDistortionFigure {
    private static final int MARGIN = 20;
    private static final int PLOT_WIDTH = 460;
    private static final int PLOT_HEIGHT = 300;
    private static final int LEFT_ROOM = 78;
    private static final int GAP = 40;
    private static final int MOST_TICKS = 8;
    private static final BasicStroke SOLID = stroke();
    private static final BasicStroke DASHED = stroke(7, 4);
    private static final BasicStroke DOTTED = stroke(2, 3);

    private RateDistortionFigure() {}

    private record Curve(String label, Color color, BasicStroke stroke, List<double[]> points) {}

    /** @param models all with a sweep */
    static Figure draw(String fileName, List<ModelResult> models) {
        String title = "How the latent size affects the error";
        int top = MARGIN + Type.TITLE.lineHeight() + 10;
        int plotTop = top + Type.HEADING.lineHeight() + Type.NOTE.lineHeight() + 6;
        int width = 2 * MARGIN + models.size() * (LEFT_ROOM + PLOT_WIDTH) + (models.size() - 1) * GAP;
        int height = plotTop + PLOT_HEIGHT + 2 * Type.NOTE.lineHeight() + Type.BODY.lineHeight() + 18 + MARGIN;
        StringBuilder description = new StringBuilder("Test mean squared error by latent size.");
        for (ModelResult model : models) {
            Sweep sweep = sweep(model);
            description.append(' ').append(Names.model(model)).append(':');
            for (Sweep.Point point : sweep.points()) {
                description.append(String.format(
                        Locale.ROOT,
                        " %d numbers %s (PCA %s),",
                        point.latentSize(),
                        Numbers.error(point.mse()),
                        Numbers.error(sweep.pcaMse(point))));
            }
            description.setCharAt(description.length() - 1, '.');
        }
        return new Figure(fileName, description.toString(), width, height, graphics -> {
            Type.TITLE.draw(graphics, title, MARGIN, MARGIN);
            for (int i = 0; i < models.size(); i++) {
                int left = MARGIN + LEFT_ROOM + i * (PLOT_WIDTH + LEFT_ROOM + GAP);
                ModelResult model = models.get(i);
                Type.HEADING.draw(
                        graphics, Names.model(model) + " on " + model.data().name(), left, top);
                Type.NOTE.draw(
                        graphics,
                        "each point trained from scratch for "
                                + Numbers.count(sweep(model).epochs(), "epoch"),
                        left,
                        top + (double) Type.HEADING.lineHeight());
                new Plot(left, plotTop, curves(model, Palette.of(i)), sizes(model)).draw(graphics);
            }
        });
    }

    private static Sweep sweep(ModelResult model) {
        return Objects.requireNonNull(model.evaluation().sweep(), "only swept models are drawn");
    }

    private static List<Integer> sizes(ModelResult model) {
        return sweep(model).points().stream().map(Sweep.Point::latentSize).toList();
    }

    private static List<Curve> curves(ModelResult model, Color color) {
        Sweep sweep = sweep(model);
        List<double[]> own = new ArrayList<>();
        List<double[]> pca = new ArrayList<>();
        for (Sweep.Point point : sweep.points()) {
            own.add(new double[] {point.latentSize(), point.mse()});
            pca.add(new double[] {point.latentSize(), sweep.pcaMse(point)});
        }
        List<Curve> curves = new ArrayList<>();
        curves.add(new Curve(Names.model(model), color, SOLID, own));
        curves.add(new Curve("PCA", Palette.FRAME, DASHED, pca));
        SignalErrors signal = model.evaluation().signal();
        if (signal != null) {
            curves.add(new Curve(
                    "noise floor",
                    Palette.INK,
                    DOTTED,
                    List.of(
                            new double[] {own.getFirst()[0], signal.noiseFloor()},
                            new double[] {own.getLast()[0], signal.noiseFloor()})));
        }
        return curves;
    }

    private static BasicStroke stroke(float... dashes) {
        return new BasicStroke(
                2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes.length == 0 ? null : dashes, 0);
    }

    private record Plot(int left, int top, List<Curve> curves, List<Integer> sizes) {
        void draw(Graphics2D graphics) {
            double step = tickStep();
            int ticks = Math.max(1, (int) Math.ceil(largestError() / step));
            double largest = ticks * step;
            graphics.setStroke(new BasicStroke(1));
            for (int tick = 0; tick <= ticks; tick++) {
                double y = y(tick * step, largest);
                graphics.setColor(Palette.GRID);
                graphics.draw(new Line2D.Double(left, y, left + PLOT_WIDTH, y));
                String text = tick == 0 ? "0" : Numbers.shortError(tick * step);
                Type.NOTE.draw(graphics, text, left - 8 - Type.NOTE.width(text), y - 8);
            }
            for (int size : sizes) {
                Type.NOTE.drawCentered(graphics, Integer.toString(size), x(size), top + PLOT_HEIGHT + 5.0);
            }
            int below = top + PLOT_HEIGHT + 5 + Type.NOTE.lineHeight();
            Type.NOTE.drawCentered(graphics, "numbers at the waist", left + PLOT_WIDTH / 2.0, below);
            graphics.setColor(Palette.FRAME);
            graphics.draw(new Rectangle2D.Double(left, top, PLOT_WIDTH, PLOT_HEIGHT));
            double legend = left;
            for (Curve curve : curves) {
                draw(graphics, curve, largest);
                legend = legend(graphics, curve, legend, below + Type.NOTE.lineHeight() + 8);
            }
            Graphics2D turned = (Graphics2D) graphics.create();
            turned.rotate(-Math.PI / 2, left - 70.0, top + PLOT_HEIGHT / 2.0);
            Type.NOTE.drawCentered(turned, "test MSE", left - 70.0, top + PLOT_HEIGHT / 2.0 - 6);
            turned.dispose();
        }

        private void draw(Graphics2D graphics, Curve curve, double largest) {
            Path2D path = new Path2D.Double();
            List<double[]> points = curve.points().stream()
                    .filter(point -> Double.isFinite(point[1]))
                    .toList();
            for (double[] point : points) {
                double x = x(point[0]);
                double y = y(point[1], largest);
                if (path.getCurrentPoint() == null) {
                    path.moveTo(x, y);
                } else {
                    path.lineTo(x, y);
                }
            }
            graphics.setColor(curve.color());
            graphics.setStroke(curve.stroke());
            graphics.draw(path);
            for (double[] point : !curve.stroke().equals(DOTTED) ? points : List.<double[]>of()) {
                graphics.fill(new Ellipse2D.Double(x(point[0]) - 4, y(point[1], largest) - 4, 8, 8));
            }
        }

        private double legend(Graphics2D graphics, Curve curve, double x, int y) {
            graphics.setColor(curve.color());
            graphics.setStroke(curve.stroke());
            graphics.draw(new Line2D.Double(x, y + 9.0, x + 30, y + 9.0));
            Type.BODY.draw(graphics, curve.label(), x + 36, y);
            return x + 36 + Type.BODY.width(curve.label()) + 24;
        }

        /** 1, 2 or 5 times a power of ten. */
        private double tickStep() {
            double finest = Math.max(largestError(), 1e-12) / MOST_TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(finest)));
            for (double factor : new double[] {1, 2, 5}) {
                if (factor * power >= finest) {
                    return factor * power;
                }
            }
            return 10 * power;
        }

        private double largestError() {
            return curves.stream()
                    .flatMap(curve -> curve.points().stream())
                    .mapToDouble(point -> point[1])
                    .filter(Double::isFinite)
                    .max()
                    .orElse(1);
        }

        /** Sizes double from tick to tick, so their logarithms lie evenly. */
        private double x(double size) {
            double first = Math.log(sizes.getFirst());
            double last = Math.log(sizes.getLast());
            double share = last > first ? (Math.log(size) - first) / (last - first) : 0.5;
            return left + 14 + share * (PLOT_WIDTH - 28.0);
        }

        private double y(double error, double largest) {
            return top + PLOT_HEIGHT * (1 - Math.clamp(error / largest, 0, 1));
        }
    }
}
