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
import java.util.Arrays;
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
    /** What varies less among codes is no direction to measure in. */
    private static final double OF_CODES = 0.999;
    /** Of a code's distance beside an error, both of mean 1 in training. */
    static final double CODE_WEIGHT = 0.3;

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

    /** The error and the code's distance together. */
    static String withCode(long seed) {
        return "autoencoder with code seed " + seed;
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
            Errors errors =
                    new Errors(WindowAutoencoder.errors(trained, normal), WindowAutoencoder.errors(trained, samples));
            all.put(autoencoder(seed), errors);
            all.put(withCode(seed), withCode(trained, normal, samples, errors));
        }
        return all;
    }

    /**
     * The error, and how far the code lies from those of the training samples: a decoder may rebuild well what it never saw, from a code that no
     * training sample has. The squared Mahalanobis distance, per direction, and the error are each divided by their means in training.
     */
    static Errors withCode(Autoencoder trained, Points normal, Points samples, Errors errors) {
        Points codes = WindowAutoencoder.codes(trained, normal);
        if (PcaReconstruction.fit(codes, OF_CODES, 1).components() == 0) {
            return errors;
        }
        PcaMahalanobis distance = PcaMahalanobis.fit(codes, OF_CODES, 1);
        double usual = Arrays.stream(errors.training()).average().orElseThrow();
        return new Errors(
                sum(errors.training(), usual, distance.trainingScores(), distance.components()),
                sum(
                        errors.samples(),
                        usual,
                        distance.score(WindowAutoencoder.codes(trained, samples)),
                        distance.components()));
    }

    private static double[] sum(double[] errors, double usual, double[] distances, int directions) {
        double[] sum = new double[errors.length];
        Arrays.setAll(sum, i -> (usual == 0 ? errors[i] : errors[i] / usual) + CODE_WEIGHT * distances[i] / directions);
        return sum;
    }

    private static Errors errors(SampleRival rival, Points samples) {
        return new Errors(rival.trainingScores(), rival.score(samples));
    }
}
