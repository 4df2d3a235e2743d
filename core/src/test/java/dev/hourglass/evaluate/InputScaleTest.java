package dev.hourglass.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.OutputRange;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputScaleTest {
    private static final Dataset PIXELS = FloatDataset.of("pixels", Shape.of(2), new float[] {0, 255, 3, 128});
    private static final Dataset PIXELS_DIVIDED =
            FloatDataset.of("bytes", Shape.of(2), new float[] {0, 255, 3, 128}).withNormalization(Normalization.PIXELS);
    private static final LayerSpec.Dense SIGMOID = new LayerSpec.Dense("dense", 2, Activation.SIGMOID);

    @Test
    void aLayerThatScalesIsNamedInsteadOfAnotherScaling() {
        List<LayerSpec> layers = List.of(new LayerSpec.Rescaling("to_unit", 1f / 255, 0), SIGMOID);
        LayerSpec.Elementwise first = InputScale.layer(layers).orElseThrow();

        assertThat(InputScale.doubt(PIXELS, first, OutputRange.of(layers)))
                .contains("The numbers of pixels are from 0 to 255 and layer 'to_unit' scales them; the outputs lie in"
                        + " [0, 1], so errors between the two say nothing. Codes and outputs are right.");
    }

    @Test
    void aModelThatScalesBackIsNotDoubted() {
        List<LayerSpec> layers =
                List.of(new LayerSpec.Rescaling("in", 1f / 255, 0), SIGMOID, new LayerSpec.Rescaling("out", 255, 0));

        assertThat(OutputRange.of(layers)).isEqualTo(new OutputRange(0, 255));
        assertThat(InputScale.doubt(PIXELS, InputScale.layer(layers).orElseThrow(), OutputRange.of(layers)))
                .isEmpty();
    }

    @Test
    void withoutSuchALayerTheWayOutIsAScaling() {
        List<LayerSpec> layers = List.of(SIGMOID);

        assertThat(InputScale.layer(layers)).isEmpty();
        assertThat(InputScale.doubt(PIXELS, Normalization.NONE, OutputRange.of(layers))
                        .orElseThrow())
                .contains("give --scale 255");
    }

    @Test
    void aScaleOfTheUsersThatDividesTwiceIsDoubted() {
        Dataset twice = FloatDataset.of("divided.npy", Shape.of(2), new float[] {0, 1f / 255, 0.5f / 255, 0});

        assertThat(InputScale.doubt(twice, 255))
                .contains(
                        "After --scale 255 the numbers of divided.npy are from 0 to 0.003922: they were divided already,"
                                + " and next to nothing is left of them. Leave --scale out, or give --scale 1.");
        assertThat(InputScale.doubt(FloatDataset.of("once", Shape.of(2), new float[] {0, 1, 0.2f, 0}), 255))
                .isEmpty();
        assertThat(InputScale.doubt(twice, 1)).isEmpty();
    }

    @Test
    void numbersThatAreDividedAlreadyAreToldToALayerThatDividesThem() {
        List<LayerSpec> layers = List.of(new LayerSpec.Rescaling("to_unit", 1f / 255, 0), SIGMOID);
        Dataset divided = FloatDataset.of("divided", Shape.of(2), new float[] {0, 1, 0.5f, 0.25f});

        assertThat(InputScale.doubt(divided, InputScale.layer(layers).orElseThrow(), OutputRange.of(layers)))
                .contains("The numbers of divided are from 0 to 1 and layer 'to_unit' multiplies them by 0.003922: they"
                        + " are divided already, and next to nothing is left of them. Give --scale 0.003921569 to"
                        + " multiply them first; --scale 1 says that they are right.");
    }

    @Test
    void bytesThatAreNoPixelsAreToldWhereverTheyComeFrom() {
        Dataset masks =
                FloatDataset.of("masks", Shape.of(2), new float[] {0, 1, 1, 0}).withNormalization(Normalization.PIXELS);

        assertThat(InputScale.doubt(masks, Normalization.PIXELS, OutputRange.ALL)
                        .orElseThrow())
                .startsWith("The bytes of masks are at most 1, and the model divides them by 255.");
    }

    @Test
    void numbersThatAScaleLeavesNothingOfAreTold() {
        Normalization fitted = new Normalization(1.0 / 254, 0);
        Dataset divided = FloatDataset.of("divided", Shape.of(2, 1), new float[] {0, 1, 0.5f, 0.25f})
                .withNormalization(fitted);
        Dataset fitting = FloatDataset.of("fitting", Shape.of(2, 1), new float[] {0, 254, 20, 3})
                .withNormalization(fitted);

        assertThat(InputScale.doubt(divided, fitted, OutputRange.ALL).orElseThrow())
                .isEqualTo(
                        "Of the numbers of divided next to nothing is left after the model's scaling: they go in from"
                                + " 0 to 0.003937. Its training data were far larger; give --scale 1 if these are scaled"
                                + " already.");
        assertThat(InputScale.doubt(fitting, fitted, OutputRange.ALL)).isEmpty();
    }

    @Test
    void numbersToAHundredAreToldToAModelOfPixelsWithBothRanges() {
        Dataset percent = FloatDataset.of("percent", Shape.of(2), new float[] {0, 100, 7, 50})
                .withNormalization(Normalization.PIXELS);

        assertThat(InputScale.doubt(percent, Normalization.PIXELS, OutputRange.ALL))
                .contains("The numbers of percent are from 0 to 100, and the model was trained on pixels from 0 to 255:"
                        + " they are divided by 255 and go in from 0 to 0.3922. If theirs is another scale, give its"
                        + " largest number, such as --scale 100; --scale 255 says that they are right.");
        assertThat(InputScale.doubt(PIXELS_DIVIDED, Normalization.PIXELS, OutputRange.ALL))
                .isEmpty();
    }

    @Test
    void whatCountsAsDividedAlreadyIsSaid() {
        Dataset divided = FloatDataset.of("divided", Shape.of(2), new float[] {0, 1, 0.5f, 0.25f});

        assertThat(InputScale.divided(divided, Normalization.PIXELS))
                .contains("The numbers of divided are from 0 to 1 and count as divided by 255 already; the model was"
                        + " trained on pixels from 0 to 255. --scale 255 divides them.");
        assertThat(InputScale.divided(PIXELS_DIVIDED, Normalization.PIXELS)).isEmpty();
        assertThat(InputScale.divided(divided, Normalization.NONE)).isEmpty();
        Dataset zeros = FloatDataset.of("zeros", Shape.of(2), new float[4]);
        assertThat(InputScale.divided(zeros, Normalization.PIXELS)).isEmpty();
    }

    @Test
    void channelsOfWhichNothingIsLeftAreTold() {
        Normalization fitted = new Normalization(List.of(1.0 / 255, 1.0 / 100), List.of(0.0, -0.5));
        Dataset divided = FloatDataset.of("divided", Shape.of(2), new float[] {0, 1, 1, 0.25f})
                .withNormalization(fitted);
        Dataset fitting = FloatDataset.of("fitting", Shape.of(2), new float[] {0, 100, 1, 20})
                .withNormalization(fitted);

        assertThat(InputScale.doubt(divided, fitted, OutputRange.ALL).orElseThrow())
                .isEqualTo(
                        "Of each channel of divided next to nothing is left after the model's scaling: they go in from"
                                + " -0.4975 to 0.003922, none over more than 0.0075. The training data were far larger; give"
                                + " --scale 1 if these are scaled already.");
        assertThat(InputScale.doubt(fitting, fitted, OutputRange.ALL)).isEmpty();
    }

    @Test
    void numbersFarBeyondWhatAScaleWasFittedToAreTold() {
        Normalization fitted = new Normalization(2, -1);
        Dataset pixels = FloatDataset.of("pixels", Shape.of(2, 1), new float[] {0, 255, 128, 3})
                .withNormalization(fitted);
        Dataset spike = FloatDataset.of("spike", Shape.of(4, 1), new float[] {0, 30, 0.5f, 1})
                .withNormalization(fitted);

        assertThat(InputScale.doubt(pixels, fitted, OutputRange.ALL).orElseThrow())
                .startsWith("The numbers of pixels are far larger than those that the model was trained on: after its"
                        + " scaling they go in from -1 to 509, where its training data were around 0 to 1.");
        assertThat(InputScale.doubt(spike, fitted, OutputRange.ALL)).isEmpty();
    }
}
