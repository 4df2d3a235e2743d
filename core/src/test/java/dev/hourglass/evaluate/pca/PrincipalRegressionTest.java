package dev.hourglass.evaluate.pca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SplitWindows;
import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PrincipalRegressionTest {
    private static final int TRAINING = 30;
    private static final int WINDOW = 10;
    private static final int NEXT = 4;

    @Test
    void predictsWhatScikitLearnDoesFromAsManyComponents() {
        double[] expected = GoldenNumbers.read("pca-golden.txt", "predicted");
        Dataset training = windows(0, TRAINING);
        Dataset test = windows(TRAINING, 40);
        PrincipalComponents pca = PrincipalComponents.fit(training, 5, 1);

        PrincipalRegression linear = PrincipalRegression.fit(pca, 3, training);

        float[] sample = new float[WINDOW - NEXT];
        for (int s = 0; s < test.size(); s++) {
            test.copySample(s, sample, 0);
            assertThat(linear.predict(sample))
                    .containsExactly(Arrays.copyOfRange(expected, s * NEXT, (s + 1) * NEXT), within(1e-9));
        }
    }

    @Test
    void withoutComponentsItIsTheMean() {
        Dataset training = windows(0, TRAINING);
        double[] mean = new double[NEXT];
        float[] next = new float[NEXT];
        for (int s = 0; s < TRAINING; s++) {
            training.next().orElseThrow().copy(s, next, 0);
            for (int i = 0; i < NEXT; i++) {
                mean[i] += next[i] / (double) TRAINING;
            }
        }
        PrincipalRegression linear = PrincipalRegression.fit(PrincipalComponents.fit(training, 2, 1), 0, training);

        assertThat(linear.predict(new float[WINDOW - NEXT])).containsExactly(mean, within(1e-9));
    }

    @Test
    void whatCannotBePredictedIsRefused() {
        Dataset training = windows(0, TRAINING);
        PrincipalComponents pca = PrincipalComponents.fit(training, 2, 1);
        Dataset whole = FloatDataset.of("series", Shape.of(3, 2), new float[12]);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalRegression.fit(pca, 3, training))
                .withMessage("components must be 0 to 2, got 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrincipalRegression.fit(pca, 1, whole))
                .withMessage("A prediction needs what follows each sample, and series has nothing of it");
    }

    /** Three steps of two features, which two steps follow. */
    private static Dataset windows(int from, int to) {
        double[] numbers = GoldenNumbers.read("pca-golden.txt", "windows");
        float[] values = new float[(to - from) * WINDOW];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers[from * WINDOW + i];
        }
        return SplitWindows.of(FloatDataset.of("windows", Shape.of(5, 2), values), 2);
    }
}
