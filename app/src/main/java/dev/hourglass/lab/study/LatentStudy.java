package dev.hourglass.lab.study;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.evaluate.tsne.Embedding;
import dev.hourglass.evaluate.tsne.TSne;
import dev.hourglass.evaluate.tsne.TSneEvent;
import dev.hourglass.evaluate.tsne.TSneOptions;
import dev.hourglass.evaluate.tsne.Trustworthiness;
import dev.hourglass.report.results.LatentSpace.Plane;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Projects the codes of test samples onto planes and measures what they tell about the labels. */
final class LatentStudy {
    private static final int NEIGHBOURS = 12;
    /** Below, t-SNE has too few neighbours to show anything. */
    private static final int FEWEST_POINTS = 20;

    private final Points codes;
    private final int threads;

    LatentStudy(Points codes, int threads) {
        this.codes = codes;
        this.threads = threads;
    }

    static List<Integer> labels(Dataset data) {
        return data.hasLabels()
                ? IntStream.range(0, data.size()).mapToObj(data::label).toList()
                : List.of();
    }

    /** @param progress told the iteration of {@link #iterations} that was finished */
    @Nullable
    Plane tsne(IntConsumer progress) {
        if (codes.count() < FEWEST_POINTS) {
            return null;
        }
        TSneOptions defaults = TSneOptions.defaults();
        TSneOptions options = defaults.withThreads(threads)
                .withPerplexity(Math.min(defaults.perplexity(), (codes.count() - 1) / 3.0));
        Embedding embedding = TSne.embed(codes, options, event -> {
            if (event instanceof TSneEvent.IterationFinished finished) {
                progress.accept(finished.iteration());
            }
        });
        return new Plane(embedding.points(), trust(embedding.points()), embedding.klDivergence(), List.of());
    }

    static int iterations() {
        return TSneOptions.defaults().iterations();
    }

    Plane pca() {
        FloatDataset samples = FloatDataset.of("the codes", Shape.of(codes.dimensions()), codes.toArray());
        PrincipalComponents pca = PrincipalComponents.fit(samples, Math.min(2, codes.dimensions()), threads);
        float[] plane = new float[2 * codes.count()];
        if (pca.components() > 0) {
            Points projected = pca.codes(samples, threads);
            for (int i = 0; i < codes.count(); i++) {
                for (int axis = 0; axis < pca.components(); axis++) {
                    plane[2 * i + axis] = projected.get(i, axis);
                }
            }
        }
        double[] left = pca.mseByComponents(samples, threads);
        List<Double> shares = new ArrayList<>();
        for (int axis = 0; axis + 1 < left.length; axis++) {
            shares.add(left[0] > 0 ? (left[axis] - left[axis + 1]) / left[0] : 0);
        }
        Points points = Points.of(plane, 2);
        return new Plane(points, trust(points), Double.NaN, shares);
    }

    private double trust(Points picture) {
        return codes.count() > 2 * NEIGHBOURS ? Trustworthiness.of(codes, picture, NEIGHBOURS, threads) : Double.NaN;
    }
}
