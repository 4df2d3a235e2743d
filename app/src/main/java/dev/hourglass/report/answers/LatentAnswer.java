package dev.hourglass.report.answers;

import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.LatentSpace.Probe;
import dev.hourglass.report.results.ModelResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a latent space tells about the labels, and how far its picture can be trusted. */
final class LatentAnswer {
    /** Labels as clusters: from here on there is some structure, from the second on a clear one (Kaufman and Rousseeuw). */
    private static final double SOME_CLUSTERS = 0.25;

    private static final double CLEAR_CLUSTERS = 0.5;
    /** Accuracies closer than this are not told apart by one run. */
    private static final double SAME_ACCURACY = 0.02;
    /** From here on nine of ten neighbours in the picture are neighbours in the space, about. */
    private static final double TRUSTED = 0.9;

    private LatentAnswer() {}

    static List<String> of(ModelResult model, LatentSpace latent) {
        List<String> sentences = new ArrayList<>();
        if (!latent.probes().isEmpty()) {
            Probe codes = latent.probes().getFirst();
            sentences.add(labels(latent, codes));
            for (Probe rival : latent.probes().subList(1, latent.probes().size())) {
                sentences.add(rival(codes, rival));
            }
            sentences.add(clusters(model, codes));
        }
        LatentSpace.Plane tsne = latent.tsne();
        if (tsne != null && Double.isFinite(tsne.trustworthiness())) {
            sentences.add(trust(tsne, latent.pca()));
        }
        return sentences;
    }

    private static String labels(LatentSpace latent, Probe codes) {
        double chance = latent.chance();
        double better = Math.max(codes.neighbours(), codes.linear());
        String reading = better - chance <= SAME_ACCURACY
                ? "the codes say nothing about the classes"
                : better < (1 + chance) / 2
                        ? "the codes keep part of the class information; most of it is lost or beyond these classifiers"
                        : "the codes separate the classes";
        return String.format(
                Locale.ROOT,
                "Its codes predict the labels with %s accuracy by the 5 nearest neighbours and %s by a linear"
                        + " classifier (guessing: %s; %,d training and %,d test samples): %s.",
                percent(codes.neighbours()),
                percent(codes.linear()),
                percent(chance),
                codes.trainingSamples(),
                codes.testSamples(),
                reading);
    }

    private static String rival(Probe codes, Probe rival) {
        return String.format(
                Locale.ROOT,
                "From %s (%,d numbers): %s by neighbours, %s by a linear classifier; the codes are %s.",
                rival.space(),
                rival.numbers(),
                percent(rival.neighbours()),
                percent(rival.linear()),
                both(compared(codes.neighbours(), rival.neighbours()), compared(codes.linear(), rival.linear())));
    }

    private static String both(String byNeighbours, String linearly) {
        return byNeighbours.equals(linearly)
                ? byNeighbours + " by both"
                : byNeighbours + " by neighbours, " + linearly + " linearly";
    }

    private static String compared(double own, double other) {
        return Math.abs(own - other) <= SAME_ACCURACY ? "as good" : own > other ? "better" : "worse";
    }

    private static String clusters(ModelResult model, Probe codes) {
        String value = String.format(Locale.ROOT, "The silhouette of the classes is %.3f: ", codes.silhouette());
        String noun = model.data().classNames().isEmpty() ? "classes" : "classes (" + first(model) + ")";
        if (codes.silhouette() >= CLEAR_CLUSTERS) {
            return value + "the " + noun + " form clear clusters.";
        }
        return codes.silhouette() >= SOME_CLUSTERS
                ? value + "the " + noun + " form clusters that overlap."
                : value + "the " + noun
                        + " form no clusters in the latent space, whatever a picture of it may suggest.";
    }

    private static String first(ModelResult model) {
        List<String> names = model.data().classNames();
        return names.size() <= 2 ? String.join(", ", names) : names.getFirst() + ", " + names.get(1) + ", …";
    }

    private static String trust(LatentSpace.Plane tsne, LatentSpace.Plane pca) {
        String numbers = String.format(
                Locale.ROOT,
                "The trustworthiness of its t-SNE picture is %.3f, that of its PCA picture %.3f (12 neighbours)",
                tsne.trustworthiness(),
                pca.trustworthiness());
        return numbers
                + (tsne.trustworthiness() >= TRUSTED
                        ? ": neighbours in the t-SNE picture are mostly neighbours in the latent space. Distances between"
                                + " groups mean nothing."
                        : ": many neighbours in the t-SNE picture are not neighbours in the latent space.");
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
