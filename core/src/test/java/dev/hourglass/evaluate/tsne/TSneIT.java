package dev.hourglass.evaluate.tsne;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.neighbours.NearestNeighbours;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TSneIT {
    private static final String GOLDEN = "tsne-golden.txt";
    private static final int CLUSTER = 24;
    private static final Points POINTS = Points.of(GoldenNumbers.readFloats(GOLDEN, "points"), 6);
    private static final TSneOptions OPTIONS =
            TSneOptions.defaults().withPerplexity(10).withThreads(2);

    @Test
    void affinitiesAreScikitLearns() {
        double[] expected = GoldenNumbers.read(GOLDEN, "affinities");
        double largest = Arrays.stream(expected).max().orElseThrow();

        // Both searches stop when the entropy is right to 1e-5, from either side.
        assertThat(dense(affinities())).containsExactly(expected, within(3e-5 * largest));
    }

    @Test
    void theDivergenceIsScikitLearnsAndExact() {
        double[] affinities = dense(affinities());
        Points picture = Points.of(GoldenNumbers.readFloats(GOLDEN, "picture"), 2);
        assertThat(divergence(affinities, picture)).isEqualTo(GoldenNumbers.read(GOLDEN, "kl")[0], within(1e-5));

        Embedding ours = TSne.embed(POINTS, OPTIONS, event -> {});
        assertThat(ours.klDivergence()).isEqualTo(divergence(affinities, ours.points()), within(5e-3));
    }

    @Test
    void thePictureIsAsGoodAsScikitLearns() {
        Embedding ours = TSne.embed(POINTS, OPTIONS, event -> {});

        assertThat(ours.klDivergence()).isLessThan(1.02 * GoldenNumbers.read(GOLDEN, "kl")[0]);
        assertThat(Trustworthiness.of(POINTS, ours.points(), 5, 2))
                .isGreaterThan(0.98 * GoldenNumbers.read(GOLDEN, "trustworthiness")[1]);
        // Clusters 2, 3 and 4 stay together: the nearest others of a point are of its own.
        try (Workers workers = Workers.of(1)) {
            NearestNeighbours shown = NearestNeighbours.find(ours.points(), 3, workers);
            int strangers = 0;
            for (int i = 2 * CLUSTER; i < 5 * CLUSTER; i++) {
                for (int k = 0; k < 3; k++) {
                    int other = shown.index(i, k);
                    strangers += other < 5 * CLUSTER && other / CLUSTER != i / CLUSTER ? 1 : 0;
                }
            }
            assertThat(strangers).isZero();
        }
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        TSneOptions options = OPTIONS.withIterations(300);
        Embedding alone = TSne.embed(POINTS, options.withThreads(1), event -> {});

        for (int threads = 2; threads <= 4; threads++) {
            Embedding shared = TSne.embed(POINTS, options.withThreads(threads), event -> {});
            assertThat(shared.points().toArray())
                    .as("%d threads", threads)
                    .containsExactly(alone.points().toArray());
            assertThat(shared.klDivergence()).isEqualTo(alone.klDivergence());
        }
    }

    @Test
    void tellsHowFarItIsAndTheDivergenceFalls() {
        List<TSneEvent> events = new ArrayList<>();

        Embedding embedding = TSne.embed(POINTS, OPTIONS.withIterations(420), events::add);

        assertThat(events.getFirst()).isInstanceOf(TSneEvent.NeighboursFound.class);
        assertThat(((TSneEvent.NeighboursFound) events.getFirst()).perPoint()).isEqualTo(31);
        List<TSneEvent.IterationFinished> iterations = events.stream()
                .filter(TSneEvent.IterationFinished.class::isInstance)
                .map(TSneEvent.IterationFinished.class::cast)
                .toList();
        assertThat(iterations)
                .extracting(TSneEvent.IterationFinished::iteration)
                .containsExactly(50, 100, 150, 200, 250, 300, 350, 400, 420);
        assertThat(iterations.getLast().klDivergence()).isEqualTo(embedding.klDivergence());
        assertThat(embedding.klDivergence()).isLessThan(iterations.getFirst().klDivergence() / 2);
    }

    @Test
    void pointsWithoutTwoDirectionsAreSpreadByTheSeed() {
        float[] line = new float[60];
        Arrays.setAll(new Float[60], i -> line[i] = i % 20);
        TSneOptions options = OPTIONS.withPerplexity(5).withIterations(100);

        Points first = TSne.embed(Points.of(line, 1), options, event -> {}).points();
        Points again = TSne.embed(Points.of(line, 1), options, event -> {}).points();
        Points other =
                TSne.embed(Points.of(line, 1), options.withSeed(7), event -> {}).points();
        Points same =
                TSne.embed(Points.of(new float[60], 2), options, event -> {}).points();

        assertThat(again.toArray()).containsExactly(first.toArray());
        assertThat(other.toArray()).isNotEqualTo(first.toArray());
        assertThat(first.get(0, 1)).isNotEqualTo(first.get(1, 1));
        assertThat(same.get(0, 0)).isFinite().isNotEqualTo(same.get(1, 0));
    }

    @Test
    void stopsWhenTheThreadIsInterrupted() {
        List<TSneEvent> events = new ArrayList<>();
        try {
            assertThatThrownBy(() -> TSne.embed(POINTS, OPTIONS, event -> {
                        events.add(event);
                        if (events.size() == 3) {
                            Thread.currentThread().interrupt();
                        }
                    }))
                    .isInstanceOf(InterruptedComputationException.class)
                    .hasMessage("t-SNE was interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(events).hasSize(3);
    }

    @Test
    void refusesFewPointsOddNumbersAndOptionsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TSne.embed(Points.of(new float[60], 2), TSneOptions.defaults(), event -> {}))
                .withMessage("t-SNE needs more points than its perplexity, got 30 points at perplexity 30.0."
                        + " Give more points or lower the perplexity.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Points.of(new float[] {1, 2, 3, Float.NaN}, 2))
                .withMessageContaining("point 1 holds NaN at position 1");
        assertThatThrownBy(() -> Points.of(new float[5], 2)).isInstanceOf(ShapeException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OPTIONS.withPerplexity(0.5))
                .withMessage("perplexity must be in [1, 1e6], got 0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OPTIONS.withIterations(0))
                .withMessage("iterations must be >= 1, got 0");
    }

    private static Affinities affinities() {
        try (Workers workers = Workers.of(2)) {
            return Affinities.of(NearestNeighbours.find(POINTS, 31, workers), POINTS.count(), 10, workers);
        }
    }

    private static double[] dense(Affinities affinities) {
        int count = POINTS.count();
        double[] matrix = new double[count * count];
        for (int i = 0; i < count; i++) {
            for (int e = affinities.starts[i]; e < affinities.starts[i + 1]; e++) {
                matrix[i * count + affinities.neighbours[e]] = affinities.values[e];
            }
        }
        return matrix;
    }

    /** From the definition, over all pairs. */
    private static double divergence(double[] affinities, Points picture) {
        int count = picture.count();
        double[] similarities = new double[count * count];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                double dx = (double) picture.get(i, 0) - picture.get(j, 0);
                double dy = (double) picture.get(i, 1) - picture.get(j, 1);
                similarities[i * count + j] = i == j ? 0 : 1 / (1 + dx * dx + dy * dy);
            }
        }
        double sum = Arrays.stream(similarities).sum();
        double divergence = 0;
        for (int pair = 0; pair < affinities.length; pair++) {
            if (affinities[pair] > 0) {
                divergence += affinities[pair] * Math.log(affinities[pair] / (similarities[pair] / sum));
            }
        }
        return divergence;
    }
}
