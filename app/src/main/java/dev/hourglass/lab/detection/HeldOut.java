package dev.hourglass.lab.detection;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.Subset;

/**
 * Samples of which some are kept back: of a series the last ones, without those that share rows with others; else samples at
 * equal distances, since a folder of pictures may be in order of its classes.
 *
 * @param rest at least one
 * @param kept at least one
 */
public record HeldOut(Dataset rest, Dataset kept) {
    /**
     * @param share that is kept back, above 0 and below 1
     * @throws IllegalArgumentException if there are too few samples
     */
    public static HeldOut of(Dataset samples, double share) {
        int rest = (int) Math.round((1 - share) * samples.size());
        if (rest < 1 || rest >= samples.size()) {
            throw new IllegalArgumentException(samples.size() + " samples of " + samples.name()
                    + " are too few to keep back a share of " + share + ". Take more data.");
        }
        return samples.places()
                .map(places -> new HeldOut(
                        Subset.range(samples, 0, rest),
                        Subset.range(samples, firstBehind(places, rest), samples.size())))
                .orElseGet(() -> spread(samples, share));
    }

    /** The first sample that shares no row with those before; the next one where all the others do. */
    private static int firstBehind(SamplePlaces places, int rest) {
        int end = places.start(rest - 1) + places.length(rest - 1);
        int first = rest;
        while (first < places.size() - 1 && places.start(first) < end) {
            first++;
        }
        return places.start(first) < end ? rest : first;
    }

    private static HeldOut spread(Dataset samples, double share) {
        return new HeldOut(Subset.where(samples, i -> !isKept(i, share)), Subset.where(samples, i -> isKept(i, share)));
    }

    private static boolean isKept(int sample, double share) {
        return Math.floor((sample + 1) * share) > Math.floor(sample * share);
    }
}
