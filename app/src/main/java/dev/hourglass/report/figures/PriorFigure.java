package dev.hourglass.report.figures;

import dev.hourglass.tensor.Shape;
import java.util.List;

/**
 * What a variational model makes of codes from the prior, image by image in a square.
 *
 * @param title above the images
 * @param note below the title
 * @param shape of a sample
 */
public record PriorFigure(String title, String note, Shape shape) {
    private static final int MARGIN = 20;
    private static final int GAP = 4;
    private static final int LARGEST_CELL = 64;
    private static final int WIDEST = 900;

    /**
     * @param samples row-major each
     * @param columns how many stand side by side, >= 1
     */
    public Figure draw(String fileName, List<float[]> samples, int columns) {
        int rows = Math.ceilDiv(samples.size(), columns);
        int cell = cell(columns);
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 12;
        int grid = columns * (cell + GAP) - GAP;
        int width =
                2 * MARGIN + (int) Math.ceil(Math.max(grid, Math.max(Type.TITLE.width(title), Type.NOTE.width(note))));
        int height = top + rows * (cell + GAP) - GAP + MARGIN;
        return new Figure(
                fileName, title + ": " + samples.size() + " images; " + note + ".", width, height, graphics -> {
                    SampleImages images = SampleImages.rangeOf(samples);
                    Type.TITLE.draw(graphics, title, MARGIN, MARGIN);
                    Type.NOTE.draw(graphics, note, MARGIN, MARGIN + Type.TITLE.lineHeight());
                    for (int i = 0; i < samples.size(); i++) {
                        int left = MARGIN + i % columns * (cell + GAP);
                        images.draw(graphics, shape, samples.get(i), left, top + i / columns * (cell + GAP), cell);
                    }
                });
    }

    /** As large as whole pixels and the page allow. */
    private int cell(int columns) {
        int longest = Math.max(shape.dimension(0), shape.rank() == 1 ? 1 : shape.dimension(1));
        int most = Math.max(8, Math.min(LARGEST_CELL, WIDEST / columns - GAP));
        return longest > most ? most : most / longest * longest;
    }
}
