package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.tables.RunsTable;
import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The models of several runs as bars: test MSE beside that of PCA with the same latent size, and time for an epoch. */
public final class RunsFigure {
    private static final int MARGIN = 20;
    private static final int MOST_LABEL_WIDTH = 260;
    private static final int BARS_WIDTH = 280;
    /** For the number beyond the longest bar. */
    private static final int NUMBER_WIDTH = 84;

    private static final int ROW_HEIGHT = 26;
    private static final int BAR_HEIGHT = 14;
    private static final int GAP = 24;

    private RunsFigure() {}

    private record Panel(
            String title,
            String note,
            ToDoubleFunction<RunsTable.Row> value,
            ToDoubleFunction<RunsTable.Row> mark,
            DoubleFunction<String> text) {}

    private static final List<Panel> PANELS = List.of(
            new Panel(
                    "Test MSE",
                    "line: PCA of the same latent size",
                    row -> row.metric("testMse"),
                    row -> row.metric("pcaMse"),
                    Numbers::error),
            new Panel(
                    "Time per epoch",
                    "with validation",
                    row -> row.metric("secondsPerEpoch"),
                    row -> Double.NaN,
                    Numbers::duration));

    /**
     * @param notes lines below the title
     * @throws IllegalArgumentException if the table has no rows
     */
    public static Figure draw(RunsTable table, List<String> notes) {
        List<RunsTable.Row> rows = table.rows();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("A figure of runs needs at least one model, got none");
        }
        int labelWidth = (int) Math.ceil(rows.stream()
                .mapToDouble(row -> Math.min(MOST_LABEL_WIDTH, Type.BODY.width(label(row))))
                .max()
                .orElseThrow());
        int panelWidth = BARS_WIDTH + NUMBER_WIDTH;
        int width = 2 * MARGIN + labelWidth + PANELS.size() * (panelWidth + GAP);
        int top = MARGIN + Type.TITLE.lineHeight() + notes.size() * Type.NOTE.lineHeight() + 12;
        int barsTop = top + Type.HEADING.lineHeight() + Type.SMALL.lineHeight() + 8;
        int height = barsTop + rows.size() * ROW_HEIGHT + MARGIN;
        String description = "Test MSE of "
                + rows.stream()
                        .map(row -> label(row) + " " + Numbers.error(row.metric("testMse")))
                        .collect(Collectors.joining(", "))
                + ".";
        return new Figure("runs", description, width, height, graphics -> {
            Type.TITLE.draw(graphics, "Runs compared", MARGIN, MARGIN);
            for (int i = 0; i < notes.size(); i++) {
                Type.NOTE.draw(
                        graphics,
                        Type.NOTE.fit(notes.get(i), width - 2.0 * MARGIN),
                        MARGIN,
                        MARGIN + Type.TITLE.lineHeight() + (double) i * Type.NOTE.lineHeight());
            }
            for (int i = 0; i < rows.size(); i++) {
                String label = Type.BODY.fit(label(rows.get(i)), MOST_LABEL_WIDTH);
                double labelTop = barsTop + i * ROW_HEIGHT + (ROW_HEIGHT - Type.BODY.lineHeight()) / 2.0;
                Type.BODY.draw(graphics, label, MARGIN + labelWidth - Type.BODY.width(label), labelTop);
            }
            for (int i = 0; i < PANELS.size(); i++) {
                int left = MARGIN + labelWidth + GAP / 2 + i * (panelWidth + GAP);
                Type.HEADING.draw(graphics, PANELS.get(i).title(), left, top);
                Type.SMALL.draw(graphics, PANELS.get(i).note(), left, top + Type.HEADING.lineHeight());
                drawBars(graphics, PANELS.get(i), rows, left, barsTop);
            }
        });
    }

    private static void drawBars(Graphics2D graphics, Panel panel, List<RunsTable.Row> rows, int left, int top) {
        double longest = rows.stream()
                .flatMap(row ->
                        Stream.of(panel.value().applyAsDouble(row), panel.mark().applyAsDouble(row)))
                .filter(Double::isFinite)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        double scale = longest > 0 ? BARS_WIDTH / longest : 0;
        for (int i = 0; i < rows.size(); i++) {
            double value = panel.value().applyAsDouble(rows.get(i));
            double mark = panel.mark().applyAsDouble(rows.get(i));
            double middle = top + (i + 0.5) * ROW_HEIGHT;
            double length = Double.isFinite(value) ? value * scale : 0;
            graphics.setColor(Palette.BLUE);
            graphics.fill(new Rectangle2D.Double(left, middle - BAR_HEIGHT / 2.0, length, BAR_HEIGHT));
            double end = left + length;
            if (Double.isFinite(mark)) {
                graphics.setColor(Palette.VERMILLION);
                graphics.setStroke(new BasicStroke(2.5f));
                double at = left + mark * scale;
                graphics.draw(new Line2D.Double(at, middle - ROW_HEIGHT / 2.0 + 2, at, middle + ROW_HEIGHT / 2.0 - 2));
                end = Math.max(end, at);
            }
            String text = Double.isFinite(value) ? panel.text().apply(value) : Numbers.ABSENT;
            Type.NOTE.draw(graphics, text, end + 7, middle - Type.NOTE.lineHeight() / 2.0);
        }
    }

    private static String label(RunsTable.Row row) {
        return row.run() + "  " + Names.model(row.model());
    }
}
