package dev.hourglass.lab.board;

import dev.hourglass.detect.rivals.NeighbourDistance;
import dev.hourglass.detect.rivals.PcaMahalanobis;
import dev.hourglass.detect.rivals.PcaReconstruction;
import dev.hourglass.detect.rivals.SampleRival;
import dev.hourglass.detect.rivals.ZeroReconstruction;
import dev.hourglass.evaluate.Points;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.train.TrainOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The detectors that every board has, all fitted to the same training samples: an autoencoder, once for each seed, and its rivals.
 *
 * @param model what is trained; its input has as many numbers as a sample
 * @param training how, its seed aside
 * @param seeds one autoencoder each
 */
record Detectors(AutoencoderSpec model, TrainOptions training, List<Long> seeds) {
    static final String ZERO = "zero reconstruction";
    static final String PCA = "PCA error";
    static final String MAHALANOBIS = "PCA Mahalanobis";
    static final String NEIGHBOURS = "nearest neighbours";
    static final List<String> RIVALS = List.of(ZERO, PCA, MAHALANOBIS, NEIGHBOURS);
    private static final double EXPLAINED = 0.9;

    /**
     * Errors of a detector; the larger, the odder.
     *
     * @param training of the training samples
     * @param samples of those to be judged
     */
    record Errors(double[] training, double[] samples) {}

    static String autoencoder(long seed) {
        return "autoencoder seed " + seed;
    }

    /** In words, for fingerprints. */
    String settings() {
        return "detectors 2 " + model + " " + training.withThreads(1) + " " + seeds + " " + EXPLAINED;
    }

    /** Fits all on this thread and scores samples, each by itself. */
    Map<String, Errors> score(Points normal, Points samples) {
        Map<String, Errors> all = new LinkedHashMap<>();
        all.put(ZERO, errors(ZeroReconstruction.fit(normal), samples));
        PcaReconstruction pca = PcaReconstruction.fit(normal, EXPLAINED, 1);
        all.put(PCA, errors(pca, samples));
        // Where nothing varies there is no such distance; the error is the distance to what is always the same.
        all.put(MAHALANOBIS, errors(pca.components() == 0 ? pca : PcaMahalanobis.fit(normal, EXPLAINED, 1), samples));
        all.put(NEIGHBOURS, errors(NeighbourDistance.fit(normal, NeighbourDistance.USUAL_NEIGHBOURS, 1), samples));
        for (long seed : seeds) {
            Autoencoder trained = WindowAutoencoder.train(
                    model, normal, training.withSeed(seed).withThreads(1));
            all.put(
                    autoencoder(seed),
                    new Errors(WindowAutoencoder.errors(trained, normal), WindowAutoencoder.errors(trained, samples)));
        }
        return all;
    }

    private static Errors errors(SampleRival rival, Points samples) {
        return new Errors(rival.trainingScores(), rival.score(samples));
    }
}
