package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.StitchedPictures;
import java.util.Locale;

/** Whole pictures beside what a model makes of them patch by patch, a picture a row. */
final class StitchedFigure {
    private static final int MARGIN = 20;
    private static final int CELL = 300;
    private static final int GAP = 14;

    private StitchedFigure() {}

    static Figure draw(String fileName, ModelResult model, StitchedPictures whole) {
        int columns = whole.pairs() ? 3 : 2;
        int caption = Type.NOTE.lineHeight() + 4;
        int top = MARGIN + Type.TITLE.lineHeight() + 10 + Type.HEADING.lineHeight() + 4;
        int width = 2 * MARGIN + columns * (CELL + GAP) - GAP;
        int[] heights = whole.shown().stream()
                .mapToInt(shown -> drawn(shown, 0) + caption + GAP)
                .toArray();
        int height = top + MARGIN - GAP;
        for (int row : heights) {
            height += row;
        }
        String title = Names.model(model)
                + String.format(
                        Locale.ROOT, ", whole pictures from patches that overlap by %d pixels", whole.overlap());
        String description = String.format(
                Locale.ROOT,
                "%d of %d whole test pictures and their reconstructions, stitched from patches. Over all of them the MSE"
                        + " is %.6f and the mean PSNR %.2f dB.",
                whole.shown().size(),
                whole.each().size(),
                whole.mse(),
                whole.psnr());
        SampleImages images = new SampleImages(0, 1);
        return new Figure(fileName, description, width, height, graphics -> {
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2.0 * MARGIN), MARGIN, MARGIN);
            String[] heads =
                    whole.pairs() ? new String[] {"Noisy", "Rebuilt", "Clean"} : new String[] {"Original", "Rebuilt"};
            for (int column = 0; column < columns; column++) {
                Type.HEADING.draw(
                        graphics,
                        heads[column],
                        MARGIN + column * (CELL + GAP),
                        (double) top - Type.HEADING.lineHeight() - 4);
            }
            double y = top;
            for (int row = 0; row < heights.length; row++) {
                StitchedPictures.Shown shown = whole.shown().get(row);
                float[] input = shown.input();
                float[][] pictures = input == null
                        ? new float[][] {shown.original(), shown.rebuilt()}
                        : new float[][] {input, shown.rebuilt(), shown.original()};
                int high = heights[row] - caption - GAP;
                for (int column = 0; column < columns; column++) {
                    // A cell is a square, of which a picture has the middle.
                    images.draw(
                            graphics,
                            shown.shape(),
                            pictures[column],
                            MARGIN + column * (CELL + GAP) - (CELL - drawn(shown, 1)) / 2.0,
                            y - (CELL - high) / 2.0,
                            CELL);
                }
                StitchedPictures.Each each = whole.each().get(row);
                Type.NOTE.draw(graphics, Type.NOTE.fit(caption(each), width - 2.0 * MARGIN), MARGIN, y + high + 4);
                y += heights[row];
            }
        });
    }

    /** How long a side is, as {@link SampleImages} draws it: in whole pixels where these are large enough. */
    private static int drawn(StitchedPictures.Shown shown, int side) {
        int longest = Math.max(shown.shape().dimension(0), shown.shape().dimension(1));
        int times = CELL / longest;
        double scale = times >= 1 ? times : (double) CELL / longest;
        return (int) Math.max(1, Math.round(shown.shape().dimension(side) * scale));
    }

    private static String caption(StitchedPictures.Each each) {
        return String.format(Locale.ROOT, "%s, %d x %d: %.2f dB", each.name(), each.width(), each.height(), each.psnr())
                + (Double.isNaN(each.noisyPsnr())
                        ? ""
                        : String.format(Locale.ROOT, ", the noisy one %.2f dB", each.noisyPsnr()));
    }
}
