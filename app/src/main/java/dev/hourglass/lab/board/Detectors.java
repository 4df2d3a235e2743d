package dev.hourglass.lab.board;

import dev.hourglass.detect.rivals.NeighbourDistance;
import dev.hourglass.detect.rivals.PcaMahalanobis;
import dev.hourglass.detect.rivals.PcaReconstruction;
import dev.hourglass.detect.rivals.SampleRival;
import dev.hourglass.detect.rivals.ZeroReconstruction;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.Reconstruction;
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
        return score(normal, samples, ErrorSmoothing.none(normal.dimensions()));
    }

    /** With errors smoothed in each of several ways, under the names that {@link ErrorSmoothing} gives; Mahalanobis' distance has none by step. */
    Map<String, Errors> score(Points normal, Points samples, ErrorSmoothing smoothing) {
        Map<String, Errors> all = new LinkedHashMap<>();
        PcaReconstruction pca = PcaReconstruction.fit(normal, EXPLAINED, 1);
        // Where nothing varies there is no such distance; the error is the distance to what is always the same.
        all.put(MAHALANOBIS, errors(pca.components() == 0 ? pca : PcaMahalanobis.fit(normal, EXPLAINED, 1), samples));
        for (double deviation : smoothing.deviations()) {
            Points smoothNormal = smoothing.smoothed(normal, deviation);
            Points smoothSamples = smoothing.smoothed(samples, deviation);
            all.put(ErrorSmoothing.name(ZERO, deviation), errors(ZeroReconstruction.fit(smoothNormal), smoothSamples));
            all.put(
                    ErrorSmoothing.name(PCA, deviation),
                    deviation == 0 || pca.components() == 0
                            ? errors(pca, samples)
                            : new Errors(
                                    smoothing.errors(normal, pca.reconstruction(normal.asDataset()), deviation),
                                    smoothing.errors(samples, pca.reconstruction(samples.asDataset()), deviation)));
            all.put(
                    ErrorSmoothing.name(NEIGHBOURS, deviation),
                    errors(NeighbourDistance.fit(smoothNormal, NeighbourDistance.USUAL_NEIGHBOURS, 1), smoothSamples));
        }
        for (long seed : seeds) {
            all.putAll(ofAutoencoder(seed, normal, samples, smoothing));
        }
        return all;
    }

    private Map<String, Errors> ofAutoencoder(long seed, Points normal, Points samples, ErrorSmoothing smoothing) {
        Autoencoder trained =
                WindowAutoencoder.train(model, normal, training.withSeed(seed).withThreads(1));
        return ofAutoencoder(trained, seed, normal, samples, smoothing);
    }

    /** An autoencoder's errors, smoothed in each way, and those with the distance of its code. */
    static Map<String, Errors> ofAutoencoder(
            Autoencoder trained, long seed, Points normal, Points samples, ErrorSmoothing smoothing) {
        int size = normal.dimensions();
        Reconstruction ofNormal = ErrorSmoothing.rebuilt(WindowAutoencoder.rebuilt(trained, normal), size);
        Reconstruction ofSamples = ErrorSmoothing.rebuilt(WindowAutoencoder.rebuilt(trained, samples), size);
        Map<String, Errors> all = new LinkedHashMap<>();
        for (double deviation : smoothing.deviations()) {
            Errors errors = new Errors(
                    smoothing.errors(normal, ofNormal, deviation), smoothing.errors(samples, ofSamples, deviation));
            all.put(ErrorSmoothing.name(autoencoder(seed), deviation), errors);
            all.put(ErrorSmoothing.name(withCode(seed), deviation), withCode(trained, normal, samples, errors));
        }
        return all;
    }

    /**
     * The error, and how far the code lies from those of the training samples: a decoder may rebuild well what it never saw, from a code that no
     * training sample has. The squared Mahalanobis distance, per direction, and the error are each divided by their means in training.
     */
    private static Errors withCode(Autoencoder trained, Points normal, Points samples, Errors errors) {
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
