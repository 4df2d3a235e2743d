package dev.hourglass.report.figures;

import dev.hourglass.tensor.Shape;
import java.util.List;

/** Pictures in the rows, and what was made of each in the columns. */
public final class DenoisingFigure {
    private static final int MARGIN = 20;
    private static final int CELL = 140;
    private static final int GAP = 10;

    private DenoisingFigure() {}

    /**
     * What one column shows.
     *
     * @param note below the title, such as {@code 24.1 dB}
     */
    public record Column(String title, String note) {}

    /**
     * One picture.
     *
     * @param shape [height, width, channels]
     * @param pictures 0 to 1, one a column
     */
    public record Row(Shape shape, List<float[]> pictures) {
        public Row {
            pictures = List.copyOf(pictures);
        }
    }

    /** @param rows at least one */
    public static Figure draw(String title, List<Column> columns, List<Row> rows) {
        int heading = Type.HEADING.lineHeight() + Type.NOTE.lineHeight() + 4;
        int top = MARGIN + Type.TITLE.lineHeight() + 10;
        int width = 2 * MARGIN + columns.size() * (CELL + GAP) - GAP;
        int height = top + heading + rows.size() * (CELL + GAP) - GAP + MARGIN;
        SampleImages images = new SampleImages(0, 1);
        String description = rows.size() + " pictures as "
                + String.join(
                        ", ",
                        columns.stream()
                                .map(column -> column.title + (column.note.isEmpty() ? "" : " (" + column.note + ")"))
                                .toList())
                + ".";
        return new Figure("denoising", description, width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2.0 * MARGIN), MARGIN, MARGIN);
            for (int column = 0; column < columns.size(); column++) {
                int left = MARGIN + column * (CELL + GAP);
                Type.HEADING.draw(graphics, Type.HEADING.fit(columns.get(column).title, CELL), left, top);
                Type.NOTE.draw(
                        graphics,
                        Type.NOTE.fit(columns.get(column).note, CELL),
                        left,
                        top + (double) Type.HEADING.lineHeight());
                for (int row = 0; row < rows.size(); row++) {
                    Row shown = rows.get(row);
                    images.draw(
                            graphics,
                            shown.shape,
                            shown.pictures.get(column),
                            left,
                            top + heading + row * (double) (CELL + GAP),
                            CELL);
                }
            }
        });
    }
}
