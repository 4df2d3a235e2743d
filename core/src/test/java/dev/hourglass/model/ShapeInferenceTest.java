package dev.hourglass.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a chain of layers makes of shapes, and every sentence that is said where it does not fit. */
class ShapeInferenceTest {
    private static final Size2 ONE = Size2.square(1);
    private static final Size2 TWO = Size2.square(2);
    private static final Size2 THREE = Size2.square(3);
    private static final Shape IMAGE = Shape.of(5, 4, 2);
    private static final Shape SEQUENCE = Shape.of(6, 3);
    private static final Shape VECTOR = Shape.of(8);

    private static LayerSpec conv(Size2 kernel, Size2 stride, Padding padding) {
        return new LayerSpec.Conv2d("conv", 7, kernel, stride, padding, Activation.RELU);
    }

    private static LayerSpec transposed(Size2 kernel, Size2 stride, Padding padding) {
        return new LayerSpec.Conv2dTranspose("up", 7, kernel, stride, padding, Activation.RELU);
    }

    /** By Keras's formulas: ceil(in / stride) for same, floor((in - window) / stride) + 1 for valid. */
    static List<Arguments> fits() {
        LayerSpec.Dense dense = new LayerSpec.Dense("dense", 9, Activation.LINEAR);
        return List.of(
                Arguments.of(conv(THREE, ONE, Padding.SAME), IMAGE, Shape.of(5, 4, 7)),
                Arguments.of(conv(THREE, TWO, Padding.SAME), IMAGE, Shape.of(3, 2, 7)),
                Arguments.of(conv(THREE, ONE, Padding.VALID), IMAGE, Shape.of(3, 2, 7)),
                Arguments.of(conv(TWO, TWO, Padding.VALID), IMAGE, Shape.of(2, 2, 7)),
                Arguments.of(transposed(THREE, TWO, Padding.SAME), IMAGE, Shape.of(10, 8, 7)),
                Arguments.of(transposed(THREE, TWO, Padding.VALID), IMAGE, Shape.of(11, 9, 7)),
                Arguments.of(transposed(ONE, TWO, Padding.VALID), IMAGE, Shape.of(10, 8, 7)),
                Arguments.of(new LayerSpec.MaxPooling2d("p", TWO, TWO, Padding.SAME), IMAGE, Shape.of(3, 2, 2)),
                Arguments.of(new LayerSpec.MaxPooling2d("p", TWO, TWO, Padding.VALID), IMAGE, Shape.of(2, 2, 2)),
                Arguments.of(new LayerSpec.UpSampling2d("u", new Size2(2, 3)), IMAGE, Shape.of(10, 12, 2)),
                Arguments.of(new LayerSpec.GlobalAveragePooling2d("g"), IMAGE, Shape.of(2)),
                Arguments.of(new LayerSpec.Flatten("f"), IMAGE, Shape.of(40)),
                Arguments.of(new LayerSpec.Reshape("r", Shape.of(8, 5)), IMAGE, Shape.of(8, 5)),
                Arguments.of(dense, VECTOR, Shape.of(9)),
                Arguments.of(dense, IMAGE, Shape.of(5, 4, 9)),
                Arguments.of(new LayerSpec.TimeDistributed("t", dense), SEQUENCE, Shape.of(6, 9)),
                Arguments.of(new LayerSpec.Lstm("l", 4, false), SEQUENCE, Shape.of(4)),
                Arguments.of(new LayerSpec.Lstm("l", 4, true), SEQUENCE, Shape.of(6, 4)),
                Arguments.of(new LayerSpec.RepeatVector("v", 3), VECTOR, Shape.of(3, 8)));
    }

    @ParameterizedTest
    @MethodSource("fits")
    void givesTheShapeThatKerasGives(LayerSpec layer, Shape input, Shape output) {
        assertThat(ShapeInference.outputs(input, List.of(layer))).containsExactly(output);
    }

    static List<Arguments> misfits() {
        LayerSpec.Dense dense = new LayerSpec.Dense("dense", 9, Activation.LINEAR);
        String image = " needs an image [height, width, channels], got ";
        String sequence = " needs a sequence [steps, features], got ";
        String sequenceLayers =
                " from the input. Put Reshape before it, or use layers for sequences (LSTM, TimeDistributed).";
        String reshape = " from the input. Put Reshape before it.";
        String repeat = " from the input. Put RepeatVector before it, or let the LSTM before it return sequences.";
        return List.of(
                Arguments.of(
                        conv(THREE, ONE, Padding.SAME),
                        SEQUENCE,
                        "Layer 'conv' (Conv2D 3x3, same)" + image + SEQUENCE + sequenceLayers),
                Arguments.of(
                        conv(THREE, ONE, Padding.SAME),
                        VECTOR,
                        "Layer 'conv' (Conv2D 3x3, same)" + image + VECTOR + reshape),
                Arguments.of(
                        transposed(TWO, TWO, Padding.VALID),
                        VECTOR,
                        "Layer 'up' (Conv2DTranspose 2x2, valid)" + image + VECTOR + reshape),
                Arguments.of(
                        new LayerSpec.MaxPooling2d("pool", TWO, TWO, Padding.SAME),
                        SEQUENCE,
                        "Layer 'pool' (MaxPooling2D 2x2, same)" + image + SEQUENCE + sequenceLayers),
                Arguments.of(
                        new LayerSpec.UpSampling2d("up", TWO),
                        VECTOR,
                        "Layer 'up' (UpSampling2D 2x2)" + image + VECTOR + reshape),
                Arguments.of(
                        new LayerSpec.GlobalAveragePooling2d("mean"),
                        SEQUENCE,
                        "Layer 'mean' (GlobalAveragePooling2D)" + image + SEQUENCE + sequenceLayers),
                Arguments.of(
                        new LayerSpec.Lstm("lstm", 4, true),
                        VECTOR,
                        "Layer 'lstm' (LSTM 4)" + sequence + VECTOR + repeat),
                Arguments.of(
                        new LayerSpec.Lstm("lstm", 4, true),
                        IMAGE,
                        "Layer 'lstm' (LSTM 4)" + sequence + IMAGE + reshape),
                Arguments.of(
                        new LayerSpec.TimeDistributed("each", dense),
                        VECTOR,
                        "Layer 'each' (TimeDistributed Dense 9)" + sequence + VECTOR + repeat),
                Arguments.of(
                        new LayerSpec.RepeatVector("again", 3),
                        SEQUENCE,
                        "Layer 'again' (RepeatVector 3) needs a vector [features], got [6, 3] from the input. Put Flatten"
                                + " before it, or let the LSTM before it return its last state only."),
                Arguments.of(
                        new LayerSpec.Reshape("shape", Shape.of(3, 3)),
                        VECTOR,
                        "Layer 'shape' (Reshape [3, 3]) needs 9 numbers for [3, 3], got [8] = 8 from the input. Change the"
                                + " target or the layer before it."),
                Arguments.of(
                        conv(Size2.square(5), ONE, Padding.VALID),
                        IMAGE,
                        "Layer 'conv' (Conv2D 5x5, valid) with padding 'valid' needs width >= 5, got [5, 4, 2] from the"
                                + " input. Use padding 'same' or drop a pooling layer."),
                Arguments.of(
                        new LayerSpec.MaxPooling2d("pool", Size2.square(6), ONE, Padding.VALID),
                        IMAGE,
                        "Layer 'pool' (MaxPooling2D 6x6, valid) with padding 'valid' needs height >= 6, got [5, 4, 2] from"
                                + " the input. Use padding 'same' or drop a pooling layer."),
                Arguments.of(
                        new LayerSpec.Dense("dense", 2_000_000, Activation.LINEAR),
                        Shape.of(2_000),
                        "Layer 'dense' (Dense 2000000) on [2000] from the input needs 4,000,000,000 weights, at most"
                                + " 2,147,483,583 fit. Use fewer units or filters."));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void aMisfitSaysWhereWhatIsNeededWhatWasFoundAndTheWayOut(LayerSpec layer, Shape input, String message) {
        assertThatThrownBy(() -> ShapeInference.outputs(input, List.of(layer)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(message);
    }

    @Test
    void aMisfitNamesTheLayerThatGaveTheShape() {
        List<LayerSpec> layers = List.of(new LayerSpec.Lstm("first", 4, false), new LayerSpec.Lstm("second", 4, false));

        assertThatThrownBy(() -> ShapeInference.outputs(SEQUENCE, layers))
                .hasMessage("Layer 'second' (LSTM 4) needs a sequence [steps, features], got [4] from 'first'. Put"
                        + " RepeatVector before it, or let the LSTM before it return sequences.");
    }

    @Test
    void anAutoencoderMustEndInTheShapeThatItBeginsWith() {
        assertThatThrownBy(() -> new AutoencoderSpec(
                        "small",
                        VECTOR,
                        List.of(new LayerSpec.Dense("code", 2, Activation.LINEAR)),
                        List.of(new LayerSpec.Dense("out", 7, Activation.LINEAR))))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "Model 'small' must end in the shape of its input [8], but 'out' gives [7]. Change the decoder's"
                                + " last layers.");
    }
}
