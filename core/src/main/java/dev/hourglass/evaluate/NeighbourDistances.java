package dev.hourglass.evaluate;

import dev.hourglass.evaluate.neighbours.NearestNeighbours;
import dev.hourglass.tensor.Workers;
import java.util.stream.IntStream;

/** How far points lie from those that are nearest to them: far from all that is known is unusual. */
public final class NeighbourDistances {
    private NeighbourDistances() {}

    /**
     * The mean of the Euclidean distances to the nearest points.
     *
     * @param among where to look; as many dimensions. If it is the same object, a point is not its own neighbour.
     * @param neighbours how many to average over, 1 to the number of points, itself left out
     * @param threads that compute, &gt;= 1; any number gives the same bits
     * @return one for each point
     * @throws InterruptedComputationException if the calling thread is interrupted
     */
    public static double[] mean(Points of, Points among, int neighbours, int threads) {
        try (Workers workers = Workers.of(threads)) {
            NearestNeighbours nearest = NearestNeighbours.find(of, among, neighbours, workers);
            return IntStream.range(0, of.count())
                    .mapToDouble(point -> IntStream.range(0, neighbours)
                                    .mapToDouble(rank -> Math.sqrt(nearest.squaredDistance(point, rank)))
                                    .sum()
                            / neighbours)
                    .toArray();
        }
    }
}
