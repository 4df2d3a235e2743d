package dev.hourglass.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SplitWindows;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.evaluate.pca.PrincipalRegression;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.report.results.Prediction;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionStudyTest {
    /** Lines: the next step goes on as the last two did. */
    private static final Dataset LINES = SplitWindows.of(
            FloatDataset.of(
                    "lines", Shape.of(3, 1), new float[] {0, 1, 2, 1, 3, 5, 4, 3, 2, 2, 2, 2, -1, -3, -5, 0.5f, 1, 1.5f
                    }),
            1);

    @Test
    void aPredictionIsMeasuredBesideALinearOneAndTheLastStep() {
        PrincipalComponents pca = PrincipalComponents.fit(LINES, 2, 1);
        PredictionStudy study = new PredictionStudy(LINES, PrincipalRegression.fit(pca, 2, LINES), 2);
        Prediction prediction;
        try (Inference inference = Inference.of(keepingStill(), 1)) {
            prediction = study.of("predicted", inference);
        }

        double last = (1 + 4 + 1 + 0 + 4 + 0.25) / 6;
        assertThat(prediction.lastMse()).isCloseTo(last, within(1e-9));
        assertThat(prediction.linearMse()).isCloseTo(0, within(1e-9));
        // The model gives zeros.
        assertThat(prediction.mse()).isCloseTo((4 + 25 + 4 + 4 + 25 + 2.25) / 6, within(1e-6));
        assertThat(prediction.examples()).hasSize(2);
        assertThat(prediction.examples().get(1).next()).containsExactly(5);
        assertThat(prediction.examples().get(1).predicted()).containsExactly(0);
        assertThat(prediction.examples().get(1).linear()[0]).isCloseTo(5, within(1e-4f));
    }

    /** Two outputs of one code; its weights are zero. */
    private static Autoencoder keepingStill() {
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(2, 1))),
                List.of(
                        new Graph.Node(new LayerSpec.Flatten("flat"), List.of("x")),
                        new Graph.Node(new LayerSpec.Dense("code", 1, Activation.LINEAR), List.of("flat")),
                        new Graph.Node(new LayerSpec.Dense("wide", 2, Activation.LINEAR), List.of("code")),
                        new Graph.Node(new LayerSpec.Reshape("rebuilt", Shape.of(2, 1)), List.of("wide")),
                        new Graph.Node(new LayerSpec.Dense("one", 1, Activation.LINEAR), List.of("code")),
                        new Graph.Node(new LayerSpec.Reshape("predicted", Shape.of(1, 1)), List.of("one"))),
                List.of("rebuilt", "predicted"));
        AutoencoderSpec spec = new AutoencoderSpec("still", graph, "code");
        Parameters parameters = Parameters.initialize(graph, new RandomSource(1));
        parameters.list().forEach(parameter -> Arrays.fill(parameter.values(), 0));
        return new Autoencoder(spec, parameters, Normalization.NONE);
    }
}
