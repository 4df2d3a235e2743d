package dev.hourglass.evaluate.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.evaluate.ArrayDataset;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    /** Three numbers to two and back. */
    private static final AutoencoderSpec SPEC = new AutoencoderSpec(
            "small",
            Shape.of(3),
            List.of(new Dense("latent", 2, Activation.LINEAR)),
            List.of(new Dense("output", 3, Activation.LINEAR)));

    @Test
    void errorsOfAConstantReconstructionAreThoseWorkedOutByHand() {
        Autoencoder model = constant(1, 0, -2);
        ArrayDataset data = ArrayDataset.of(new float[] {1, 0.5f, 0}, new float[] {3, 0, -2});

        ReconstructionError error = Evaluation.reconstruction(model, data, 1);

        // Differences 0, -0.5, -2 and -2, 0, 0.
        assertThat(error.mse()).isEqualTo((0.25 + 4 + 4) / 6);
        assertThat(error.mae()).isEqualTo((0.5 + 2 + 2) / 6);
        assertThat(error.samples()).isEqualTo(2);
        assertThat(error.samplesPerSecond()).isPositive().isFinite();
    }

    @Test
    void theReportSplitsTheSameErrorsByClass() {
        Autoencoder model = constant(1, 0, -2);
        FloatDataset data = FloatDataset.of("labelled", Shape.of(3), new float[] {1, 0.5f, 0, 3, 0, -2, 1, 0, -2})
                .withLabels(new int[] {4, 0, 4}, List.of());
        List<Integer> progress = new ArrayList<>();

        ErrorReport report = ErrorReport.of(model, data, 1, progress::add);

        // Differences 0, -0.5, -2 and -2, 0, 0 and none.
        assertThat(report.samples()).isEqualTo(3);
        assertThat(report.mse()).isEqualTo((0.25 + 4 + 4) / 9, within(1e-15));
        assertThat(report.mae()).isEqualTo((0.5 + 2 + 2) / 9, within(1e-15));
        assertThat(report.range()).isEqualTo(5);
        assertThat(report.psnr()).isEqualTo(10 * Math.log10(25 / report.mse()), within(1e-12));
        assertThat(report.classes())
                .containsExactly(
                        new ErrorReport.OfClass(0, 1, 4.0 / 3, 2.0 / 3),
                        new ErrorReport.OfClass(4, 2, 4.25 / 6, 2.5 / 6));
        assertThat(report.best(2))
                .containsExactly(new ErrorReport.OfSample(2, 0, 0), new ErrorReport.OfSample(1, 4.0 / 3, 2.0 / 3));
        assertThat(report.worst(9)).extracting(ErrorReport.OfSample::index).containsExactly(0, 1, 2);
        assertThat(report.steps()).isEmpty();
        assertThat(report.channels().stream()
                        .mapToDouble(ErrorReport.OfPart::mse)
                        .toArray())
                .containsExactly(new double[] {4.0 / 3, 0.25 / 3, 4.0 / 3}, within(1e-15));
        assertThat(progress).containsExactly(3);
    }

    @Test
    void theReportSplitsTheErrorsOfSequencesByStepAndFeature() {
        FloatDataset data =
                FloatDataset.of("sequences", Shape.of(3, 2), new float[] {0, 1, 0, 2, 0, 3, 0, 1, 0, 2, 4, 3});

        ErrorReport report = ErrorReport.of((from, count, into) -> Arrays.fill(into, 0), data, done -> {});

        assertThat(report.steps())
                .containsExactly(
                        new ErrorReport.OfPart(0, 0.5, 0.5),
                        new ErrorReport.OfPart(1, 2, 1),
                        new ErrorReport.OfPart(2, (9 + 16 + 9) / 4.0, 10 / 4.0));
        assertThat(report.channels())
                .containsExactly(new ErrorReport.OfPart(0, 16 / 6.0, 4 / 6.0), new ErrorReport.OfPart(1, 28 / 6.0, 2));
    }

    @Test
    void theReportNamesTheSampleThatIsNoNumber() {
        ArrayDataset data = ArrayDataset.of(new float[] {2, 1}, new float[] {3, Float.NaN});

        assertThatThrownBy(() -> ErrorReport.of((from, count, into) -> Arrays.fill(into, 0), data, done -> {}))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "Can't evaluate sample 1 of test: it holds NaN at position 1, both from 0. Correct or drop the"
                                + " sample.");
    }

    @Test
    void equallyGoodSamplesComeInTheOrderOfTheData() {
        ArrayDataset data = ArrayDataset.of(new float[] {2}, new float[] {-1}, new float[] {1}, new float[] {2});

        ErrorReport report = ErrorReport.of((from, count, into) -> Arrays.fill(into, 0), data, done -> {});

        assertThat(report.best(4)).extracting(ErrorReport.OfSample::index).containsExactly(1, 2, 0, 3);
        assertThat(report.worst(3)).extracting(ErrorReport.OfSample::index).containsExactly(0, 3, 1);
    }

    @Test
    void codesAreWhatTheEncoderGivesForEverySample() {
        Autoencoder model = constant(0, 0, 0);
        model.parameters().get("latent", "kernel").values()[0] = 2; // from number 0 to code 0
        model.parameters().get("latent", "bias").values()[1] = -1;
        float[][] samples = new float[300][3];
        for (int i = 0; i < samples.length; i++) {
            samples[i][0] = i;
        }
        List<Integer> progress = new ArrayList<>();

        Points codes = Evaluation.codes(model, ArrayDataset.of(samples), 2, progress::add);

        assertThat(codes.count()).isEqualTo(300);
        assertThat(codes.dimensions()).isEqualTo(2);
        for (int i = 0; i < 300; i++) {
            assertThat(codes.get(i, 0)).isEqualTo(2 * i);
            assertThat(codes.get(i, 1)).isEqualTo(-1);
        }
        assertThat(progress).containsExactly(256, 300);
    }

    @Test
    void everySampleCountsOnceWhenTheLastBatchIsSmaller() {
        // Sample k is (k, 0, 0) against (0, 0, 0): the mean of k^2 / 3 for k < 600.
        float[][] samples = new float[600][];
        for (int k = 0; k < samples.length; k++) {
            samples[k] = new float[] {k, 0, 0};
        }

        ReconstructionError error = Evaluation.reconstruction(constant(0, 0, 0), ArrayDataset.of(samples), 2);

        assertThat(error.mse()).isEqualTo(599.0 * 600 * 1199 / 6 / 1800);
        assertThat(error.mae()).isEqualTo(599.0 * 600 / 2 / 1800);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        Autoencoder model = Autoencoder.initialize(SPEC, Normalization.NONE, new RandomSource(5));
        RandomGenerator random = new RandomSource(6).stream("samples", 0);
        float[][] samples = new float[517][3];
        for (float[] sample : samples) {
            for (int i = 0; i < 3; i++) {
                sample[i] = (float) random.nextGaussian();
            }
        }
        ArrayDataset data = ArrayDataset.of(samples);
        ReconstructionError alone = Evaluation.reconstruction(model, data, 1);

        assertThat(alone.mse()).isBetween(0.05, 20.0);
        for (int threads = 2; threads <= 4; threads++) {
            ReconstructionError shared = Evaluation.reconstruction(model, data, threads);
            assertThat(shared.mse()).as("%d threads", threads).isEqualTo(alone.mse());
            assertThat(shared.mae()).as("%d threads", threads).isEqualTo(alone.mae());
        }
    }

    @Test
    void aLinearModelWithThePrincipalAxesHasTheErrorOfPca() {
        RandomGenerator random = new RandomSource(7).stream("samples", 0);
        float[][] samples = new float[300][3];
        for (float[] sample : samples) {
            sample[0] = (float) random.nextGaussian();
            sample[1] = 0.5f * sample[0] + (float) random.nextGaussian();
            sample[2] = 2 + 0.25f * (float) random.nextGaussian();
        }
        ArrayDataset data = ArrayDataset.of(samples);
        PrincipalComponents pca = PrincipalComponents.fit(data, 2, 1);
        Autoencoder model = constant(0, 0, 0);
        // The axes are read off the reconstructions of unit codes, the encoder's shift off the code of nothing.
        double[] mean = pca.reconstruct(new double[0]);
        double[] shift = pca.transform(new float[3]);
        for (int c = 0; c < 2; c++) {
            double[] unit = new double[c + 1];
            unit[c] = 1;
            double[] tip = pca.reconstruct(unit);
            model.parameters().get("latent", "bias").values()[c] = (float) shift[c];
            for (int i = 0; i < 3; i++) {
                float weight = (float) (tip[i] - mean[i]);
                model.parameters().get("latent", "kernel").values()[i * 2 + c] = weight;
                model.parameters().get("output", "kernel").values()[c * 3 + i] = weight;
                model.parameters().get("output", "bias").values()[i] = (float) mean[i];
            }
        }

        assertThat(Evaluation.reconstruction(model, data, 1).mse()).isEqualTo(pca.mse(data, 2, 1), within(1e-6));
    }

    @Test
    void refusesDataOfAnotherShapeOrNormalization() {
        ArrayDataset twoNumbers = ArrayDataset.of(new float[] {1, 2});
        assertThatThrownBy(() -> Evaluation.reconstruction(constant(0, 0, 0), twoNumbers, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Model 'small' reads samples of [3], test has [2]. Reshape the data set.");

        Autoencoder pixels = Autoencoder.initialize(SPEC, Normalization.PIXELS, new RandomSource(1));
        ArrayDataset unscaled = ArrayDataset.of(new float[] {1, 2, 3});
        assertThatThrownBy(() -> Evaluation.reconstruction(pixels, unscaled, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'small' was trained under")
                .hasMessageContaining("test comes under");
    }

    /** A model that answers everything with the same three numbers. */
    private static Autoencoder constant(float... answer) {
        Autoencoder model = Autoencoder.initialize(SPEC, Normalization.NONE, new RandomSource(1));
        model.parameters().list().forEach(parameter -> Arrays.fill(parameter.values(), 0));
        System.arraycopy(answer, 0, model.parameters().get("output", "bias").values(), 0, 3);
        return model;
    }
}
