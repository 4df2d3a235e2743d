package dev.hourglass.lab.board;

import dev.hourglass.data.Dataset;
import dev.hourglass.detect.SampleScores;
import dev.hourglass.detect.SmoothedErrors;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.GaussianSmoothing;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Locale;

/**
 * By how much errors are smoothed before they are squared, several times, so that a board can choose where no test label is.
 *
 * @param shape of a sample, along which its errors are smoothed
 * @param deviations of the Gaussian in pixels or steps; the first is 0, errors as they are
 */
record ErrorSmoothing(Shape shape, List<Double> deviations) {
    /** Errors as they are, of samples of any size. */
    static ErrorSmoothing none(int size) {
        return new ErrorSmoothing(Shape.of(size), List.of(0.0));
    }

    /** Of a detector's scores. */
    static String name(String detector, double deviation) {
        return deviation == 0 ? detector : detector + " smoothed " + deviation;
    }

    /** Such as {@code 0, 1 and 2.5}. */
    static String words(List<Double> deviations) {
        List<String> words = deviations.stream().map(ErrorSmoothing::words).toList();
        return String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
    }

    static String words(double deviation) {
        return deviation == Math.rint(deviation)
                ? String.valueOf((int) deviation)
                : String.format(Locale.ROOT, "%.1f", deviation);
    }

    /** The mean squared smoothed error of each sample. */
    double[] errors(Points samples, Reconstruction model, double deviation) {
        Dataset data = samples.asDataset();
        return SampleScores.of(
                SmoothedErrors.of(model, data, shape, deviation), data, new StepErrors.Squared(), done -> {});
    }

    /** What is rebuilt already, [sample][number]. */
    static Reconstruction rebuilt(float[] all, int size) {
        return (from, count, into) -> System.arraycopy(all, from * size, into, 0, count * size);
    }

    /** Samples smoothed: the differences between these are the smoothed differences. */
    Points smoothed(Points samples, double deviation) {
        if (deviation == 0) {
            return samples;
        }
        GaussianSmoothing smoothing = new GaussianSmoothing(deviation);
        float[] values = samples.toArray();
        for (int sample = 0; sample < samples.count(); sample++) {
            smoothing.smooth(values, sample * samples.dimensions(), shape);
        }
        return Points.of(values, samples.dimensions());
    }
}
