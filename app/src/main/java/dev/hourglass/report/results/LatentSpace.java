package dev.hourglass.report.results;

import dev.hourglass.evaluate.Points;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The codes of test samples: as pictures, and what they tell about the labels.
 *
 * @param samples which test sample each point is; empty where they are all, in their order
 * @param labels the class of each point; empty where the data has none
 * @param tsne the codes by t-SNE; null if there were too few
 * @param pca the codes by their first two principal components
 * @param probes how well labels can be predicted from codes and from alternatives to them; empty where there are no
 * labels
 */
public record LatentSpace(
        List<Integer> samples,
        List<Integer> labels,
        @Nullable Plane tsne,
        Plane pca,
        List<Probe> probes) {
    /**
     * @param points two dimensions
     * @param trustworthiness of 12 neighbours; NaN if not measured
     * @param klDivergence of t-SNE, in nats; NaN for PCA
     * @param variance of the codes along each axis, as shares of all; empty for t-SNE
     */
    public record Plane(Points points, double trustworthiness, double klDivergence, List<Double> variance) {
        public Plane {
            variance = List.copyOf(variance);
        }
    }

    /**
     * How well the labels of test samples can be predicted from a representation of the samples.
     *
     * @param space such as {@code codes}, {@code PCA codes} or {@code raw pixels}
     * @param numbers that stand for a sample
     * @param trainingSamples that the classifiers were given
     * @param neighbours share of labels that the nearest neighbours tell right
     * @param linear share of labels that a linear classifier tells right
     * @param silhouette of the labels as clusters, -1 to 1
     */
    public record Probe(
            String space,
            int numbers,
            int trainingSamples,
            int testSamples,
            double neighbours,
            double linear,
            double silhouette) {}

    public LatentSpace {
        samples = List.copyOf(samples);
        labels = List.copyOf(labels);
        probes = List.copyOf(probes);
    }

    /** Of all test samples. */
    public LatentSpace(List<Integer> labels, @Nullable Plane tsne, Plane pca, List<Probe> probes) {
        this(List.of(), labels, tsne, pca, probes);
    }

    /** The test sample of a point. */
    public int sample(int point) {
        return samples.isEmpty() ? point : samples.get(point);
    }

    /** The share of the most frequent class: what guessing gets right. */
    public double chance() {
        return labels.stream().collect(Collectors.groupingBy(label -> label, Collectors.counting())).values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0)
                / Math.max(1.0, labels.size());
    }
}
