package dev.hourglass.evaluate.tsne;

/** What {@link TSne} tells while it runs, in order, on the thread that called it. */
public sealed interface TSneEvent {
    /** @param perPoint how many were found for each of the points */
    record NeighboursFound(int points, int perPoint, long elapsedMillis) implements TSneEvent {}

    /**
     * Every 50 iterations and after the last.
     *
     * @param iteration from 1
     * @param klDivergence as of {@link Embedding}, exaggeration left out
     * @param elapsedMillis since the start
     */
    record IterationFinished(int iteration, int iterations, double klDivergence, long elapsedMillis)
            implements TSneEvent {}
}
