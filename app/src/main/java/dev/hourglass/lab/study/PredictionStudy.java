package dev.hourglass.lab.study;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.pca.PrincipalRegression;
import dev.hourglass.report.results.Prediction;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Holds an output that predicts against what does follow, and against simple rivals. */
final class PredictionStudy {
    private static final int BATCH = 256;

    private final Dataset test;
    private final Dataset.Next next;
    private final PrincipalRegression linear;
    private final int examples;

    /**
     * @param test of which it is known what follows
     * @param examples how many of the first samples are shown
     */
    PredictionStudy(Dataset test, PrincipalRegression linear, int examples) {
        this.test = test;
        next = test.next().orElseThrow();
        this.linear = linear;
        this.examples = examples;
    }

    Prediction of(String output, Inference inference) {
        Shape shape = next.shape();
        int size = shape.size();
        double own = 0;
        double linearly = 0;
        double still = 0;
        List<Prediction.Example> shown = new ArrayList<>();
        float[] predicted = new float[Math.min(BATCH, test.size()) * size];
        float[] sample = new float[test.sampleShape().size()];
        float[] follows = new float[size];
        float[] byLine = new float[size];
        for (int from = 0; from < test.size(); from += BATCH) {
            int count = Math.min(BATCH, test.size() - from);
            inference.compute(output, test::copySample, from, count, predicted);
            for (int s = 0; s < count; s++) {
                test.copySample(from + s, sample, 0);
                next.copy(from + s, follows, 0);
                double[] expected = linear.predict(sample);
                for (int i = 0; i < size; i++) {
                    byLine[i] = (float) expected[i];
                    own += square((double) predicted[s * size + i] - follows[i]);
                    linearly += square(expected[i] - follows[i]);
                    still += square((double) lastStep(sample, i, shape) - follows[i]);
                }
                if (from + s < examples) {
                    float[] ofSample = Arrays.copyOfRange(predicted, s * size, (s + 1) * size);
                    shown.add(new Prediction.Example(follows.clone(), ofSample, byLine.clone()));
                }
            }
        }
        double numbers = (double) test.size() * size;
        return new Prediction(output, shape, own / numbers, linearly / numbers, still / numbers, shown);
    }

    /** What the number of the same feature is in the sample's last step. */
    private static float lastStep(float[] sample, int number, Shape next) {
        int features = next.size() / next.dimension(0);
        return sample[sample.length - features + number % features];
    }

    private static double square(double number) {
        return number * number;
    }
}
