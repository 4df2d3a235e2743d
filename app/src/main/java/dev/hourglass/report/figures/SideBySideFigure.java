package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunData;
import dev.hourglass.tensor.Shape;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Test samples in one panel and each model's reconstructions of them in a panel of the same layout beside it. */
final class SideBySideFigure {
    private static final int MARGIN = 20;
    private static final int PANEL_GAP = 36;
    private static final int MAX_EXAMPLES = 10;
    private static final int MAX_PANELS_A_ROW = 3;

    private SideBySideFigure() {}

    /**
     * @param data with examples
     * @param models trained on it, at least one
     */
    static Figure draw(String fileName, String title, RunData data, List<ModelResult> models) {
        List<Panel> panels = panels(data, models);
        int columns = panels.size() <= MAX_PANELS_A_ROW + 1 ? panels.size() : MAX_PANELS_A_ROW;
        int rows = Math.ceilDiv(panels.size(), columns);
        int count = Math.min(MAX_EXAMPLES, data.examples().size());
        Grid grid = Grid.of(count);
        int heading = Type.HEADING.lineHeight() + 2 * Type.NOTE.lineHeight() + 6;
        int panelHeight = heading + grid.height();
        int top = MARGIN + Type.TITLE.lineHeight() + 12;
        int gridWidth = columns * grid.width() + (columns - 1) * PANEL_GAP;
        int width = 2 * MARGIN + Math.max(gridWidth, (int) Math.ceil(Math.min(Type.TITLE.width(title), 1000)));
        int height = top + rows * panelHeight + (rows - 1) * PANEL_GAP + MARGIN;
        String description = count + (count == 1 ? " test sample" : " test samples") + " beside the reconstructions of "
                + models.stream()
                        .map(model -> Names.model(model) + " (test MSE "
                                + Numbers.error(model.test().mse()) + ")")
                        .collect(Collectors.joining(" and of "))
                + ".";
        return new Figure(fileName, description, width, height, graphics -> {
            SampleImages images = SampleImages.rangeOf(data.samples());
            Type.TITLE.draw(graphics, Type.TITLE.fit(title, width - 2.0 * MARGIN), MARGIN, MARGIN);
            for (int i = 0; i < panels.size(); i++) {
                int left = MARGIN + i % columns * (grid.width() + PANEL_GAP);
                int panelTop = top + i / columns * (panelHeight + PANEL_GAP);
                panels.get(i).draw(graphics, images, grid, left, panelTop, heading, count);
            }
        });
    }

    private static List<Panel> panels(RunData data, List<ModelResult> models) {
        List<Panel> panels = new ArrayList<>();
        panels.add(new Panel(
                "Original",
                Numbers.count(data.sampleShape().size()) + " numbers per sample",
                "test set of " + data.name(),
                data.sampleShape(),
                data.samples()));
        for (ModelResult model : models) {
            panels.add(new Panel(
                    Names.model(model),
                    "from " + Names.waist(model.spec())
                            + (model.spec().vectors().isPresent() ? " (" : " numbers (")
                            + Names.compression(model.spec()) + ")",
                    "test MSE " + Numbers.error(model.test().mse()),
                    data.sampleShape(),
                    model.reconstructions()));
        }
        return panels;
    }

    private record Panel(String title, String size, String note, Shape shape, List<float[]> samples) {
        void draw(Graphics2D graphics, SampleImages images, Grid grid, int left, int top, int heading, int count) {
            int width = grid.width();
            Type.HEADING.draw(graphics, Type.HEADING.fit(title, width), left, top);
            int noteTop = top + Type.HEADING.lineHeight();
            Type.NOTE.draw(graphics, Type.NOTE.fit(size, width), left, noteTop);
            Type.NOTE.draw(graphics, Type.NOTE.fit(note, width), left, noteTop + Type.NOTE.lineHeight());
            for (int i = 0; i < count; i++) {
                int x = left + i % grid.columns() * (Grid.CELL + Grid.GAP);
                int y = top + heading + i / grid.columns() * (Grid.CELL + Grid.GAP);
                images.draw(graphics, shape, samples.get(i), x, y, Grid.CELL);
            }
        }
    }

    /** Square cells in the fullest rectangle that is at least as wide as high, and at least as wide as a title. */
    private record Grid(int columns, int rows) {
        static final int CELL = 56;
        static final int GAP = 6;

        static Grid of(int count) {
            int rows = Math.max(1, (int) Math.sqrt(count));
            while (rows > 1 && count % rows != 0) {
                rows--;
            }
            int columns = count / rows;
            return columns <= 6 ? new Grid(columns, rows) : new Grid(4, Math.ceilDiv(count, 4));
        }

        int width() {
            return Math.max(190, columns * CELL + (columns - 1) * GAP);
        }

        int height() {
            return rows * CELL + (rows - 1) * GAP;
        }
    }
}
