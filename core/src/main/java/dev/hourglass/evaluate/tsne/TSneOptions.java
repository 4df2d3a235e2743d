package dev.hourglass.evaluate.tsne;

/**
 * How {@link TSne} embeds points.
 *
 * @param perplexity how many neighbours count for a point, about; >= 1 and below the number of points. Larger values
 *     show coarser structure.
 * @param iterations of gradient descent, >= 1; the first 250 (at most) exaggerate
 * @param seed draws the coordinates that the points' principal components do not give
 * @param threads that compute, >= 1; any number gives the same bits
 */
public record TSneOptions(double perplexity, int iterations, long seed, int threads) {
    public TSneOptions {
        if (!(perplexity >= 1 && perplexity <= 1e6)) {
            throw new IllegalArgumentException("perplexity must be in [1, 1e6], got " + perplexity);
        }
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations must be >= 1, got " + iterations);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be >= 1, got " + threads);
        }
    }

    /** scikit-learn's: perplexity 30 and 1000 iterations; seed 42, one thread per processor. */
    public static TSneOptions defaults() {
        return new TSneOptions(30, 1000, 42, Runtime.getRuntime().availableProcessors());
    }

    public TSneOptions withPerplexity(double perplexity) {
        return new TSneOptions(perplexity, iterations, seed, threads);
    }

    public TSneOptions withIterations(int iterations) {
        return new TSneOptions(perplexity, iterations, seed, threads);
    }

    public TSneOptions withSeed(long seed) {
        return new TSneOptions(perplexity, iterations, seed, threads);
    }

    public TSneOptions withThreads(int threads) {
        return new TSneOptions(perplexity, iterations, seed, threads);
    }
}
