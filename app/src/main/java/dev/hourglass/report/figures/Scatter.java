package dev.hourglass.report.figures;

import dev.hourglass.evaluate.Points;
import dev.hourglass.report.Numbers;
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
 * The points of a plane in a square frame, coloured by class.
 *
 * @param points two dimensions
 * @param labels the class of each point
 * @param classes their counts by label, in the order of the legend
 * @param xAxis what goes to the right, or empty where it has no meaning
 * @param yAxis what goes up, likewise
 */
record Scatter(Points points, int[] labels, Map<Integer, Integer> classes, String xAxis, String yAxis) {
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

    /** @throws IllegalArgumentException if there are not as many labels as points */
    static Scatter of(Points points, int[] labels, String xAxis, String yAxis) {
        if (labels.length != points.count() || points.dimensions() != 2) {
            throw new IllegalArgumentException("A scatter needs points of 2 dimensions and a label for each, got "
                    + points.count() + " points of " + points.dimensions() + " and " + labels.length + " labels");
        }
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int label : labels) {
            counts.merge(label, 1, Integer::sum);
        }
        return new Scatter(points, labels, counts, xAxis, yAxis);
    }

    /** What the axes' names take left of the frame. */
    int leftRoom() {
        return yAxis.isEmpty() ? 0 : Type.BODY.lineHeight() + 4;
    }

    /** What the axes' names take below the frame. */
    int bottomRoom() {
        return xAxis.isEmpty() ? 0 : Type.BODY.lineHeight() + 4;
    }

    /** Draws the frame at this place; the axes' names go beside it. */
    void draw(Graphics2D graphics, int left, int top, int side) {
        drawPoints(graphics, left, top, side);
        graphics.setColor(Palette.FRAME);
        graphics.setStroke(new BasicStroke(1));
        graphics.draw(new Rectangle2D.Double(left, top, side, side));
        if (!xAxis.isEmpty()) {
            Type.BODY.drawCentered(graphics, xAxis, left + side / 2.0, top + side + 4.0);
        }
        if (!yAxis.isEmpty()) {
            double edge = (double) left - leftRoom();
            Graphics2D turned = (Graphics2D) graphics.create();
            turned.rotate(-Math.PI / 2, edge, top + side / 2.0);
            Type.BODY.drawCentered(turned, yAxis, edge, top + side / 2.0 - 4);
            turned.dispose();
        }
    }

    /** One scale for both directions, so that distances can be compared. */
    private void drawPoints(Graphics2D graphics, int left, int top, int side) {
        Rectangle2D box = new Rectangle2D.Double(points.get(0, 0), points.get(0, 1), 0, 0);
        for (int i = 0; i < points.count(); i++) {
            box.add(points.get(i, 0), points.get(i, 1));
        }
        double span = Math.max(Math.max(box.getWidth(), box.getHeight()), Float.MIN_NORMAL);
        double diameter = Math.clamp(220 / Math.sqrt(points.count()), 2.2, 8);
        double scale = (side - 4 * diameter) / span;
        List<Integer> order = List.copyOf(classes.keySet());
        graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, 0.75f));
        for (int i = 0; i < points.count(); i++) {
            double x = left + side / 2.0 + (points.get(i, 0) - box.getCenterX()) * scale;
            double y = top + side / 2.0 - (points.get(i, 1) - box.getCenterY()) * scale;
            graphics.setColor(color(order.indexOf(labels[i]), order.size()));
            graphics.fill(new Ellipse2D.Double(x - diameter / 2, y - diameter / 2, diameter, diameter));
        }
        graphics.setComposite(AlphaComposite.SrcOver);
    }

    void drawLegend(Graphics2D graphics, List<String> classNames, int left, int top) {
        List<Integer> order = List.copyOf(classes.keySet());
        int rowHeight = Type.BODY.lineHeight() + 3;
        for (int row = 0; row < Math.min(order.size(), MOST_LEGEND_ROWS); row++) {
            double y = top + (double) row * rowHeight;
            graphics.setColor(color(row, order.size()));
            graphics.fill(new Ellipse2D.Double(left, y + 4, 10, 10));
            Type.BODY.draw(graphics, legendText(order.get(row), classNames), left + 16.0, y);
        }
        if (order.size() > MOST_LEGEND_ROWS) {
            String more = "and " + (order.size() - MOST_LEGEND_ROWS) + " more";
            Type.NOTE.draw(graphics, more, left + 16.0, top + (double) MOST_LEGEND_ROWS * rowHeight);
        }
    }

    int legendWidth(List<String> classNames) {
        double text = classes.keySet().stream()
                .limit(MOST_LEGEND_ROWS)
                .mapToDouble(label -> Type.BODY.width(legendText(label, classNames)))
                .max()
                .orElse(0);
        return 32 + (int) Math.ceil(Math.max(text, 70));
    }

    private String legendText(int label, List<String> classNames) {
        String name = label < classNames.size() ? classNames.get(label) : Integer.toString(label);
        return Type.BODY.fit(name, 140) + " (" + Numbers.count(classes.getOrDefault(label, 0)) + ")";
    }

    private static Color color(int place, int classes) {
        return classes <= COLORS.size()
                ? COLORS.get(place)
                : Color.getHSBColor(
                        (float) place / classes, place % 2 == 0 ? 0.85f : 0.55f, place % 3 == 0 ? 0.6f : 0.85f);
    }
}
