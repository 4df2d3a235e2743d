package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.ModelResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The codes of test samples by t-SNE and by PCA side by side, coloured by label, with one legend. */
final class LatentFigure {
    private static final int MARGIN = 20;
    private static final int SIDE = 460;
    private static final int GAP = 30;

    private LatentFigure() {}

    static Figure draw(String fileName, ModelResult model, LatentSpace latent) {
        List<Panel> panels = new ArrayList<>();
        LatentSpace.Plane tsne = latent.tsne();
        if (tsne != null) {
            panels.add(new Panel(
                    "t-SNE",
                    String.format(Locale.ROOT, "KL divergence %.3f", tsne.klDivergence()) + trust(tsne),
                    scatter(tsne, latent, "", "")));
        }
        LatentSpace.Plane pca = latent.pca();
        double shown = pca.variance().stream().mapToDouble(share -> share).sum();
        panels.add(new Panel(
                "PCA",
                String.format(Locale.ROOT, "%.1f%% of the codes' variance", 100 * shown) + trust(pca),
                scatter(pca, latent, axis(pca, 0), axis(pca, 1))));
        int points = pca.points().count();
        String title = Names.model(model) + ": latent space";
        String subtitle = "The codes of " + Numbers.count(points)
                + (latent.samples().isEmpty()
                        ? ""
                        : " of " + Numbers.count(model.data().testSamples())) + " test "
                + model.data().title() + ", "
                + Names.code(model.spec()) + " each";
        int top = MARGIN + Type.TITLE.lineHeight() + Type.NOTE.lineHeight() + 10;
        int frameTop = top + Type.HEADING.lineHeight() + Type.NOTE.lineHeight() + 4;
        List<Integer> lefts = new ArrayList<>();
        int right = MARGIN;
        for (Panel panel : panels) {
            lefts.add(right + panel.scatter().leftRoom());
            right = lefts.getLast() + SIDE + GAP;
        }
        int legendLeft = right - GAP + 16;
        boolean legend = !latent.labels().isEmpty();
        Scatter last = panels.getLast().scatter();
        int width = legend ? right - GAP + last.legendWidth(model.data().classNames()) + MARGIN : right - GAP + MARGIN;
        int height = frameTop + SIDE + last.bottomRoom() + MARGIN;
        String description = title + ": " + Numbers.count(points) + " codes by t-SNE and by PCA"
                + (legend ? ", coloured by class" : "") + ".";
        return new Figure(fileName, description, width, height, graphics -> {
            Type.TITLE.draw(graphics, title, MARGIN, MARGIN);
            Type.NOTE.draw(graphics, subtitle, MARGIN, MARGIN + Type.TITLE.lineHeight());
            for (int i = 0; i < panels.size(); i++) {
                int left = lefts.get(i);
                Panel panel = panels.get(i);
                Type.HEADING.draw(graphics, panel.title(), left, top);
                Type.NOTE.draw(graphics, panel.note(), left, top + (double) Type.HEADING.lineHeight());
                panel.scatter().draw(graphics, left, frameTop, SIDE);
            }
            if (legend) {
                last.drawLegend(graphics, model.data().classNames(), legendLeft, frameTop);
            }
        });
    }

    private record Panel(String title, String note, Scatter scatter) {}

    private static Scatter scatter(LatentSpace.Plane plane, LatentSpace latent, String xAxis, String yAxis) {
        int[] labels = latent.labels().isEmpty()
                ? new int[plane.points().count()]
                : latent.labels().stream().mapToInt(label -> label).toArray();
        return Scatter.of(plane.points(), labels, xAxis, yAxis);
    }

    private static String trust(LatentSpace.Plane plane) {
        return Double.isFinite(plane.trustworthiness())
                ? String.format(Locale.ROOT, ", trustworthiness %.3f", plane.trustworthiness())
                : "";
    }

    private static String axis(LatentSpace.Plane plane, int axis) {
        double share = axis < plane.variance().size() ? plane.variance().get(axis) : 0;
        return String.format(Locale.ROOT, "component %d (%.1f%% of the variance)", axis + 1, 100 * share);
    }
}
