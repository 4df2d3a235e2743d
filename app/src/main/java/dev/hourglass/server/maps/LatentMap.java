package dev.hourglass.server.maps;

import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.latent.LatentDirections;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.evaluate.tsne.Embedding;
import dev.hourglass.evaluate.tsne.TSne;
import dev.hourglass.evaluate.tsne.TSneEvent;
import dev.hourglass.evaluate.tsne.TSneOptions;
import dev.hourglass.evaluate.tsne.Trustworthiness;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.jobs.Job;
import dev.hourglass.server.models.EvaluationTarget;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Codes on a plane.
 *
 * @param target model and samples; the map has the first {@code codes.count()} of these
 * @param places x and y of each sample, one after the other
 * @param axes the two directions of a PCA map; null for t-SNE
 * @param varianceShares of the two axes; null for t-SNE
 * @param klDivergence of t-SNE
 * @param trustworthiness null where it would take too long to measure
 */
record LatentMap(
        MapPlan plan,
        EvaluationTarget target,
        Points codes,
        float[] places,
        @Nullable PrincipalComponents axes,
        double @Nullable [] varianceShares,
        @Nullable Double klDivergence,
        @Nullable Double trustworthiness,
        double seconds) {
    private static final int NEIGHBOURS = 5;
    private static final int MOST_JUDGED = 20_000;
    /** Of the progress: encoding, then the map, then how far to trust it. */
    private static final double ENCODED = 0.1;

    private static final double PLACED = 0.9;

    /** @param kept where a t-SNE is kept; null if it is not */
    static LatentMap of(
            MapPlan plan, EvaluationTarget target, @Nullable TSneFile kept, int threads, Job.Progress progress) {
        long start = System.nanoTime();
        Integer limit = plan.limit();
        int count = limit == null
                ? target.data().size()
                : Math.min(limit, target.data().size());
        if (count < 2) {
            throw ApiException.impossible("data", "A map needs at least two samples.", "Give more data.");
        }
        Points codes = target.codes(count, threads, done -> progress.at(ENCODED * done / count));
        return switch (plan.method()) {
            case PCA -> pca(plan, target, codes, threads, start);
            case TSNE -> tsne(plan, target, codes, kept, threads, progress);
        };
    }

    private static LatentMap pca(MapPlan plan, EvaluationTarget target, Points codes, int threads, long start) {
        PrincipalComponents pca = PrincipalComponents.fit(codes.asDataset(), Math.min(2, codes.dimensions()), threads);
        float[] places = project(pca, codes);
        double total = LatentDirections.variance(codes, pca.reconstruct(new double[0]));
        double[] shares = new double[2];
        for (int i = 0; i < places.length; i++) {
            shares[i % 2] += total > 0 ? places[i] * (double) places[i] / codes.count() / total : 0;
        }
        return new LatentMap(
                plan,
                target,
                codes,
                places,
                pca,
                shares,
                null,
                trust(codes, places, threads),
                (System.nanoTime() - start) / 1e9);
    }

    /** Where codes lie on the axes of a PCA; 0 on a second axis that isn't there. */
    static float[] project(PrincipalComponents pca, Points codes) {
        float[] places = new float[2 * codes.count()];
        for (int i = 0; i < codes.count(); i++) {
            double[] place = pca.transform(codes.point(i));
            for (int axis = 0; axis < place.length; axis++) {
                places[2 * i + axis] = (float) place[axis];
            }
        }
        return places;
    }

    private static LatentMap tsne(
            MapPlan plan,
            EvaluationTarget target,
            Points codes,
            @Nullable TSneFile kept,
            int threads,
            Job.Progress progress) {
        if (codes.count() <= plan.perplexity()) {
            throw ApiException.impossible(
                    "perplexity",
                    "t-SNE needs more samples than its perplexity of " + plan.perplexity() + ", got " + codes.count()
                            + ".",
                    "Lower the perplexity or take more samples.");
        }
        Optional<TSneFile.Content> made = kept == null ? Optional.empty() : kept.read(codes);
        if (made.isPresent()) {
            return of(plan, target, codes, made.get());
        }
        LatentMap map = embed(plan, target, codes, threads, progress);
        if (kept != null) {
            kept.write(codes, map);
        }
        return map;
    }

    private static LatentMap of(MapPlan plan, EvaluationTarget target, Points codes, TSneFile.Content made) {
        return new LatentMap(
                plan,
                target,
                codes,
                made.places(),
                null,
                null,
                made.klDivergence(),
                made.trustworthiness(),
                made.seconds());
    }

    private static LatentMap embed(
            MapPlan plan, EvaluationTarget target, Points codes, int threads, Job.Progress progress) {
        long start = System.nanoTime();
        TSneOptions options = TSneOptions.defaults()
                .withPerplexity(plan.perplexity())
                .withIterations(plan.iterations())
                .withSeed(plan.seed())
                .withThreads(threads);
        Embedding embedding = TSne.embed(codes, options, event -> {
            if (event instanceof TSneEvent.IterationFinished finished) {
                progress.at(ENCODED + (PLACED - ENCODED) * finished.iteration() / finished.iterations());
            }
        });
        float[] places = embedding.points().toArray();
        return new LatentMap(
                plan,
                target,
                codes,
                places,
                null,
                null,
                embedding.klDivergence(),
                trust(codes, places, threads),
                (System.nanoTime() - start) / 1e9);
    }

    private static @Nullable Double trust(Points codes, float[] places, int threads) {
        return codes.count() > MOST_JUDGED || codes.count() <= 2 * NEIGHBOURS
                ? null
                : Trustworthiness.of(codes, Points.of(places, 2), NEIGHBOURS, threads);
    }

    /** A sentence about the map and how far to trust it. */
    String note() {
        String trusted = trustworthiness == null
                ? ""
                : String.format(Locale.ROOT, " Trustworthiness %.3f with %d neighbours.", trustworthiness, NEIGHBOURS);
        double[] shares = varianceShares;
        return shares == null
                ? String.format(
                        Locale.ROOT,
                        "t-SNE of %,d codes of %,d numbers: neighbours are kept together; distances between groups and"
                                + " their sizes mean nothing.%s",
                        codes.count(),
                        codes.dimensions(),
                        trusted)
                : String.format(
                        Locale.ROOT,
                        "PCA of %,d codes of %,d numbers: true to scale, with %.1f %% of their variance.%s",
                        codes.count(),
                        codes.dimensions(),
                        100 * (shares[0] + shares[1]),
                        trusted);
    }
}
