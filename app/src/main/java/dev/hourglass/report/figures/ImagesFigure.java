package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunData;
import dev.hourglass.tensor.Shape;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;

/** Pictures over their reconstructions, with the class above and the error below each. */
final class ImagesFigure {
    private static final int MARGIN = 20;
    private static final int LARGEST_CELL = 100;
    private static final int GAP = 10;
    private static final int MAX_IMAGES = 10;

    private ImagesFigure() {}

    /** One picture with what a model makes of it. */
    private record Pair(String title, float[] original, float[] reconstruction) {
        double mse() {
            double sum = 0;
            for (int i = 0; i < original.length; i++) {
                double difference = (double) original[i] - reconstruction[i];
                sum += difference * difference;
            }
            return sum / original.length;
        }
    }

    /** Two rows of pairs under a heading. */
    private record Band(String heading, List<Pair> pairs) {
        static int height(int cell) {
            return Type.HEADING.lineHeight() + 4 + Type.SMALL.lineHeight() + 2 * cell + 6 + Type.SMALL.lineHeight() + 4;
        }

        void draw(Graphics2D graphics, Shape shape, SampleImages images, int cell, int top) {
            Type.HEADING.draw(graphics, heading, MARGIN, top);
            int titles = top + Type.HEADING.lineHeight() + 4;
            int first = titles + Type.SMALL.lineHeight();
            int second = first + cell + 6;
            for (int i = 0; i < pairs.size(); i++) {
                int left = MARGIN + i * (cell + GAP);
                double center = left + cell / 2.0;
                Pair pair = pairs.get(i);
                Type.SMALL.drawCentered(graphics, Type.SMALL.fit(pair.title(), cell), center, titles);
                images.draw(graphics, shape, pair.original(), left, first, cell);
                images.draw(graphics, shape, pair.reconstruction(), left, second, cell);
                Type.SMALL.drawCentered(graphics, Numbers.shortError(pair.mse()), center, second + cell + 4.0);
            }
        }
    }

    /** Up to ten examples over what the model makes of them. */
    static Figure reconstructions(String fileName, ModelResult model) {
        List<Pair> pairs = new ArrayList<>();
        List<RunData.Example> examples = model.data().examples();
        for (int i = 0; i < Math.min(MAX_IMAGES, examples.size()); i++) {
            pairs.add(new Pair(
                    examples.get(i).title(),
                    examples.get(i).sample(),
                    model.reconstructions().get(i)));
        }
        String name = Names.model(model);
        String description = pairs.size() + (pairs.size() == 1 ? " test sample" : " test samples")
                + " in the upper row, their reconstructions by " + name
                + " in the lower row; the mean squared error over the whole test set is "
                + Numbers.error(model.test().mse()) + ".";
        return draw(
                fileName,
                description,
                name + ": test samples and their reconstructions",
                model,
                List.of(new Band("The first of the test set", pairs)));
    }

    /** The ten that are rebuilt best and the ten that are rebuilt worst. */
    static Figure bestAndWorst(String fileName, ModelResult model) {
        List<Pair> best = pairs(model, model.evaluation().best());
        List<Pair> worst = pairs(model, model.evaluation().worst());
        String name = Names.model(model);
        String description = "The test images that " + name + " reconstructs best, with a mean squared error from "
                + Numbers.error(best.getFirst().mse()) + ", and worst, up to "
                + Numbers.error(worst.getFirst().mse()) + ", each over its reconstruction.";
        return draw(
                fileName,
                description,
                name + ": best and worst reconstructions",
                model,
                List.of(new Band("Smallest error", best), new Band("Largest error", worst)));
    }

    private static List<Pair> pairs(ModelResult model, List<ModelEvaluation.Extreme> extremes) {
        return extremes.stream()
                .limit(MAX_IMAGES)
                .map(extreme -> new Pair(
                        extreme.label() == null
                                ? "no. " + extreme.index()
                                : model.data().className(extreme.label()),
                        extreme.original(),
                        extreme.reconstruction()))
                .toList();
    }

    private static Figure draw(String fileName, String description, String title, ModelResult model, List<Band> bands) {
        String subtitle = Numbers.count(model.spec().input().size()) + " numbers through a waist of "
                + Names.waist(model.spec()) + " ("
                + Names.compression(model.spec())
                + "); below each pair its MSE, over the whole test set "
                + Numbers.error(model.test().mse());
        int most = bands.stream().mapToInt(band -> band.pairs().size()).max().orElse(1);
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 12;
        int cell = cell(model.data().sampleShape());
        int grid = most * cell + (most - 1) * GAP;
        int width = 2 * MARGIN
                + (int) Math.ceil(Math.max(grid, Math.max(Type.TITLE.width(title), Type.NOTE.width(subtitle))));
        int height = top + bands.size() * Band.height(cell) + (bands.size() - 1) * 14 + MARGIN - 8;
        return new Figure(fileName, description, width, height, graphics -> {
            SampleImages images = SampleImages.rangeOf(model.data().samples());
            Type.TITLE.draw(graphics, title, MARGIN, MARGIN);
            Type.NOTE.draw(graphics, subtitle, MARGIN, MARGIN + Type.TITLE.lineHeight());
            for (int i = 0; i < bands.size(); i++) {
                bands.get(i)
                        .draw(graphics, model.data().sampleShape(), images, cell, top + i * (Band.height(cell) + 14));
            }
        });
    }

    /** As large as whole pixels allow, so that nothing of a picture is smoothed. */
    private static int cell(Shape shape) {
        int longest = Math.max(shape.dimension(0), shape.rank() == 1 ? 1 : shape.dimension(1));
        return longest > LARGEST_CELL ? LARGEST_CELL : LARGEST_CELL / longest * longest;
    }
}
