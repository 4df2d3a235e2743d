package dev.hourglass.report;

import dev.hourglass.evaluate.Points;
import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Points on a plane, coloured by class, with a legend.
 *
 * @param title in bold above
 * @param notes lines below the title
 * @param xAxis what goes to the right, or empty where it has no meaning
 * @param yAxis what goes up, likewise
 */
public record ScatterFigure(String title, List<String> notes, String xAxis, String yAxis) {
    private static final int MARGIN = 20;
    private static final int SIDE = 560;
    private static final int MOST_LEGEND_ROWS = 24;
    /** Tableau's ten, told apart on white and beside each other. */
    private static final List<Color> COLORS = List.of(
            new Color(0x4E79A7),
            new Color(0xF28E2B),
            new Color(0xE15759),
            new Color(0x76B7B2),
            new Color(0x59A14F),
            new Color(0xEDC948),
            new Color(0xB07AA1),
            new Color(0xFF9DA7),
            new Color(0x9C755F),
            new Color(0x303030));

    public ScatterFigure {
        notes = List.copyOf(notes);
    }

    /** Points without classes, in one colour. */
    public Figure draw(Points points) {
        return draw(points, new int[points.count()], List.of(), false);
    }

    /**
     * @param points two dimensions
     * @param labels the class of each point, >= 0
     * @param classNames of the classes 0, 1, …; empty to show their numbers
     * @throws IllegalArgumentException if there are not as many labels as points
     */
    public Figure draw(Points points, int[] labels, List<String> classNames) {
        return draw(points, labels, classNames, true);
    }

    private Figure draw(Points points, int[] labels, List<String> classNames, boolean legend) {
        if (labels.length != points.count() || points.dimensions() != 2) {
            throw new IllegalArgumentException("A scatter needs points of 2 dimensions and a label for each, got "
                    + points.count() + " points of " + points.dimensions() + " and " + labels.length + " labels");
        }
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int label : labels) {
            counts.merge(label, 1, Integer::sum);
        }
        int top = MARGIN + Type.TITLE.lineHeight() + notes.size() * Type.NOTE.lineHeight() + 12;
        int bottom = top + SIDE + (xAxis.isEmpty() ? 0 : Type.BODY.lineHeight() + 4);
        int left = MARGIN + (yAxis.isEmpty() ? 0 : Type.BODY.lineHeight() + 4);
        int legendWidth = legend ? legendWidth(counts, classNames) : 0;
        int width = left + SIDE + legendWidth + MARGIN;
        String description = title + ": " + String.join("; ", notes) + "; " + Numbers.count(points.count()) + " points"
                + (legend ? " of " + counts.size() + (counts.size() == 1 ? " class" : " classes") : "") + ".";
        return new Figure("latent-space", description, width, bottom + MARGIN, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2.0 * MARGIN), MARGIN, MARGIN);
            for (int i = 0; i < notes.size(); i++) {
                Type.NOTE.draw(
                        graphics,
                        Type.NOTE.fit(notes.get(i), width - 2.0 * MARGIN),
                        MARGIN,
                        MARGIN + Type.TITLE.lineHeight() + i * Type.NOTE.lineHeight());
            }
            drawPoints(graphics, points, labels, counts, left, top);
            drawAxes(graphics, left, top);
            if (legend) {
                drawLegend(graphics, counts, classNames, left + SIDE + 16, top);
            }
        });
    }

    /** One scale for both directions, so that distances can be compared. */
    private static void drawPoints(
            Graphics2D graphics, Points points, int[] labels, Map<Integer, Integer> counts, int left, int top) {
        Rectangle2D box = new Rectangle2D.Double(points.get(0, 0), points.get(0, 1), 0, 0);
        for (int i = 0; i < points.count(); i++) {
            box.add(points.get(i, 0), points.get(i, 1));
        }
        double span = Math.max(Math.max(box.getWidth(), box.getHeight()), Float.MIN_NORMAL);
        double diameter = Math.clamp(220 / Math.sqrt(points.count()), 2.2, 8);
        double scale = (SIDE - 4 * diameter) / span;
        List<Integer> classes = List.copyOf(counts.keySet());
        graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, 0.75f));
        for (int i = 0; i < points.count(); i++) {
            double x = left + SIDE / 2.0 + (points.get(i, 0) - box.getCenterX()) * scale;
            double y = top + SIDE / 2.0 - (points.get(i, 1) - box.getCenterY()) * scale;
            graphics.setColor(color(classes.indexOf(labels[i]), classes.size()));
            graphics.fill(new Ellipse2D.Double(x - diameter / 2, y - diameter / 2, diameter, diameter));
        }
        graphics.setComposite(AlphaComposite.SrcOver);
    }

    private void drawAxes(Graphics2D graphics, int left, int top) {
        graphics.setColor(Palette.FRAME);
        graphics.setStroke(new BasicStroke(1));
        graphics.draw(new Rectangle2D.Double(left, top, SIDE, SIDE));
        if (!xAxis.isEmpty()) {
            Type.BODY.drawCentered(graphics, xAxis, left + SIDE / 2.0, top + SIDE + 4.0);
        }
        if (!yAxis.isEmpty()) {
            Graphics2D turned = (Graphics2D) graphics.create();
            turned.rotate(-Math.PI / 2, MARGIN, top + SIDE / 2.0);
            Type.BODY.drawCentered(turned, yAxis, MARGIN, top + SIDE / 2.0 - 4);
            turned.dispose();
        }
    }

    private static void drawLegend(
            Graphics2D graphics, Map<Integer, Integer> counts, List<String> classNames, int left, int top) {
        List<Integer> classes = List.copyOf(counts.keySet());
        int rowHeight = Type.BODY.lineHeight() + 3;
        for (int row = 0; row < Math.min(classes.size(), MOST_LEGEND_ROWS); row++) {
            double y = top + (double) row * rowHeight;
            graphics.setColor(color(row, classes.size()));
            graphics.fill(new Ellipse2D.Double(left, y + 4, 10, 10));
            Type.BODY.draw(graphics, legendText(classes.get(row), counts, classNames), left + 16.0, y);
        }
        if (classes.size() > MOST_LEGEND_ROWS) {
            String more = "and " + (classes.size() - MOST_LEGEND_ROWS) + " more";
            Type.NOTE.draw(graphics, more, left + 16.0, top + (double) MOST_LEGEND_ROWS * rowHeight);
        }
    }

    private static int legendWidth(Map<Integer, Integer> counts, List<String> classNames) {
        double text = counts.keySet().stream()
                .limit(MOST_LEGEND_ROWS)
                .mapToDouble(label -> Type.BODY.width(legendText(label, counts, classNames)))
                .max()
                .orElse(0);
        return 32 + (int) Math.ceil(Math.max(text, 70));
    }

    private static String legendText(int label, Map<Integer, Integer> counts, List<String> classNames) {
        String name = label < classNames.size() ? classNames.get(label) : Integer.toString(label);
        return Type.BODY.fit(name, 140) + " (" + Numbers.count(counts.getOrDefault(label, 0)) + ")";
    }

    private static Color color(int place, int classes) {
        return classes <= COLORS.size()
                ? COLORS.get(place)
                : Color.getHSBColor(
                        (float) place / classes, place % 2 == 0 ? 0.85f : 0.55f, place % 3 == 0 ? 0.6f : 0.85f);
    }
}
