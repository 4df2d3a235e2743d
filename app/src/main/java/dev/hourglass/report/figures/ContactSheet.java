package dev.hourglass.report.figures;

import dev.hourglass.tensor.Shape;
import java.util.List;

/** Some pictures side by side, with their names. */
public final class ContactSheet {
    private static final int CELL = 110;
    private static final int GAP = 12;
    private static final int MARGIN = 20;
    private static final int COLUMNS = 6;

    /** Pixels of a PNG that a picture's longer edge gets, at most. */
    public static final int SIDE = CELL * Figure.PNG_SCALE;

    /** @param pixels [height, width, 3], 0 to 1 */
    public record Tile(String name, int width, int height, float[] pixels) {}

    private ContactSheet() {}

    /** A few dozen at most. */
    public static Figure draw(String title, String note, List<Tile> tiles) {
        int rows = (tiles.size() + COLUMNS - 1) / COLUMNS;
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + GAP;
        int row = CELL + Type.SMALL.lineHeight() + GAP;
        int width = 2 * MARGIN + COLUMNS * CELL + (COLUMNS - 1) * GAP;
        int height = top + rows * row + MARGIN - GAP;
        return new Figure("pictures", note + " of " + title, width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2 * MARGIN), MARGIN, MARGIN);
            Type.NOTE.draw(graphics, note, MARGIN, MARGIN + Type.TITLE.lineHeight());
            SampleImages images = new SampleImages(0, 1);
            for (int i = 0; i < tiles.size(); i++) {
                Tile tile = tiles.get(i);
                int left = MARGIN + i % COLUMNS * (CELL + GAP);
                int y = top + i / COLUMNS * row;
                images.draw(graphics, Shape.of(tile.height, tile.width, 3), tile.pixels, left, y, CELL);
                Type.SMALL.drawCentered(graphics, Type.SMALL.fit(tile.name, CELL), left + CELL / 2.0, y + CELL + 2.0);
            }
        });
    }
}
