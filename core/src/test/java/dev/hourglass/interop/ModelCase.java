package dev.hourglass.interop;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A model that is checked against others.
 *
 * @param kind what the report's line is about, such as {@code layer} or {@code random}
 * @param spec of one output
 * @param several the graph whose outputs are checked one by one where it has several, the model's being the first
 */
public record ModelCase(String kind, AutoencoderSpec spec, Graph several) {
    public ModelCase(String kind, AutoencoderSpec spec) {
        this(kind, spec.isComposite() ? reconstructing(spec) : spec, spec.graph());
    }

    private static AutoencoderSpec reconstructing(AutoencoderSpec spec) {
        return new AutoencoderSpec(spec.name(), spec.reconstructing(), spec.waist());
    }

    /** @param further values that leave a model of several outputs as well */
    static ModelCase withFurther(String kind, AutoencoderSpec spec, List<String> further) {
        List<String> outputs = new ArrayList<>(spec.graph().outputs());
        outputs.addAll(further);
        return new ModelCase(
                kind, spec, new Graph(spec.graph().inputs(), spec.graph().nodes(), outputs));
    }

    /** Layers down to the waist, and a decoder that leads back to the input's shape. */
    static ModelCase of(String kind, String name, Shape input, List<LayerSpec> encoder, List<LayerSpec> decoder) {
        List<LayerSpec> all = new ArrayList<>(encoder);
        all.addAll(decoder);
        List<LayerSpec> closed = new ArrayList<>(decoder);
        Shape end = ShapeInference.outputs(input, all).getLast();
        if (decoder.isEmpty() || !end.equals(input)) {
            if (end.rank() > 1) {
                closed.add(new LayerSpec.Flatten("close_flatten"));
            }
            closed.add(new LayerSpec.Dense("close_dense", input.size(), Activation.LINEAR));
            if (input.rank() > 1) {
                closed.add(new LayerSpec.Reshape("close_reshape", input));
            }
        }
        return new ModelCase(kind, new AutoencoderSpec(name, input, encoder, closed));
    }

    public String name() {
        return spec.name();
    }

    /** Whether ONNX has operators for it: recurrent ones skip no steps and convolve nothing, and volumes are not written. */
    public boolean isInOnnx() {
        return spec.layers().stream()
                .noneMatch(layer -> layer instanceof LayerSpec.Masking
                        || (layer instanceof LayerSpec.Embedding table && table.maskZero())
                        || layer instanceof LayerSpec.VolumeConvolution
                        || layer instanceof LayerSpec.ConvolutionalLstm
                        || layer instanceof LayerSpec.Pooling3d
                        || layer instanceof LayerSpec.GlobalPooling3d
                        || layer instanceof LayerSpec.ZeroPadding3d
                        || layer instanceof LayerSpec.Cropping3d
                        || layer instanceof LayerSpec.UpSampling3d);
    }

    /** Whether {@code interop/run} takes it to Keras and back. Keras writes a Masking's second use as operations of their own. */
    boolean isExchanged() {
        return several.layers().stream()
                .noneMatch(layer -> layer instanceof LayerSpec.Masking
                        && several.uses(layer.name()).size() > 1);
    }

    boolean hasChannelsFirst() {
        return spec.layers().stream().anyMatch(LayerSpec.ChannelsFirst.class::isInstance);
    }

    /**
     * Whether a training step changes the model, and depends on nothing but its inputs. Of an Embedding, Keras on TensorFlow gives
     * Adam the gradient of each number apart, and the squares of a row's are summed instead of their sum being squared. Before
     * a codebook, Keras trains nothing.
     */
    public boolean trainsAlike() {
        return spec.layers().stream()
                        .noneMatch(layer -> isRandomInTraining(layer)
                                || layer instanceof LayerSpec.Embedding
                                || layer instanceof LayerSpec.VectorQuantizer)
                && model(new RandomSource(0)).parameters().trainableCount() > 0;
    }

    private static boolean isRandomInTraining(LayerSpec layer) {
        return layer instanceof LayerSpec.Sampling
                || (layer instanceof LayerSpec.TrainingNoise noise && noise.disturbs())
                || (layer instanceof LayerSpec.Recurrent walk
                        && walk.recurrence().drops())
                || (layer instanceof LayerSpec.ConvolutionalLstm walk
                        && walk.recurrence().drops())
                || (layer instanceof LayerSpec.Bidirectional both
                        && (isRandomInTraining(both.forward()) || isRandomInTraining(both.backward())))
                || (layer instanceof LayerSpec.TimeDistributed each && isRandomInTraining(each.layer()));
    }

    /** The model with random variables; those that start equal elsewhere (biases, statistics) differ here as well. */
    public Autoencoder model(RandomSource random) {
        return new Autoencoder(spec, parameters(spec.graph(), random), Normalization.NONE);
    }

    /** Of all layers of {@link #several}; those that the model has, too, have the same ones. */
    Parameters parametersOfSeveral(RandomSource random) {
        return parameters(several, random);
    }

    private Parameters parameters(Graph graph, RandomSource random) {
        Parameters initial = Parameters.initialize(graph, random);
        List<Parameter> drawn = new ArrayList<>();
        for (Parameter parameter : initial.list()) {
            RandomGenerator generator = random.stream(spec.name() + "/" + parameter.path(), 0);
            float[] values = parameter.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = switch (parameter.name()) {
                    case "bias", "forward_bias", "backward_bias", "beta", "moving_mean" ->
                        generator.nextFloat(-0.5f, 0.5f);
                    case "gamma", "moving_variance" -> generator.nextFloat(0.5f, 1.5f);
                    default -> values[i];
                };
            }
            drawn.add(new Parameter(
                    parameter.layer(), parameter.name(), parameter.shape(), parameter.trainable(), values));
        }
        return Parameters.of(drawn);
    }

    /** {@code samples} random inputs in [-1, 1), row-major, one after the other. */
    public float[] inputs(RandomSource random, int samples) {
        RandomGenerator generator = random.stream(spec.name() + "/inputs", 0);
        float[] inputs = new float[samples * spec.input().size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = generator.nextFloat(-1, 1);
        }
        spec.layers().stream()
                .filter(LayerSpec.Masking.class::isInstance)
                .map(LayerSpec.Masking.class::cast)
                .forEach(masking -> mask(inputs, samples, masking.maskValue()));
        return inputs;
    }

    /** Other steps of each sample, but of the first. */
    private void mask(float[] inputs, int samples, float maskValue) {
        int steps = spec.input().dimension(0);
        int features = inputs.length / samples / steps;
        for (int row = 0; row < samples * steps; row++) {
            int sample = row / steps;
            if (((sample >> (row % steps)) & 1) == 1) {
                Arrays.fill(inputs, row * features, (row + 1) * features, maskValue);
            }
        }
    }

    @Override
    public String toString() {
        return kind + " " + spec.name();
    }
}
