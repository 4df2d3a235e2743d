package dev.hourglass.report.figures;

import dev.hourglass.evaluate.Points;
import dev.hourglass.report.Numbers;
import java.util.List;

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
        Scatter scatter = Scatter.of(points, labels, xAxis, yAxis);
        int top = MARGIN + Type.TITLE.lineHeight() + notes.size() * Type.NOTE.lineHeight() + 12;
        int bottom = top + SIDE + scatter.bottomRoom();
        int left = MARGIN + scatter.leftRoom();
        int width = left + SIDE + (legend ? scatter.legendWidth(classNames) : 0) + MARGIN;
        int classes = scatter.classes().size();
        String description = title + ": " + String.join("; ", notes) + "; " + Numbers.count(points.count()) + " points"
                + (legend ? " of " + classes + (classes == 1 ? " class" : " classes") : "") + ".";
        return new Figure("latent-space", description, width, bottom + MARGIN, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2.0 * MARGIN), MARGIN, MARGIN);
            for (int i = 0; i < notes.size(); i++) {
                Type.NOTE.draw(
                        graphics,
                        Type.NOTE.fit(notes.get(i), width - 2.0 * MARGIN),
                        MARGIN,
                        MARGIN + Type.TITLE.lineHeight() + i * Type.NOTE.lineHeight());
            }
            scatter.draw(graphics, left, top, SIDE);
            if (legend) {
                scatter.drawLegend(graphics, classNames, left + SIDE + 16, top);
            }
        });
    }
}
