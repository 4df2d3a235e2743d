package dev.hourglass.model;

import static dev.hourglass.model.Activation.LINEAR;
import static dev.hourglass.model.Activation.RELU;
import static dev.hourglass.model.Activation.SIGMOID;
import static dev.hourglass.model.Activation.TANH;
import static dev.hourglass.model.Padding.SAME;
import static java.util.Map.entry;

import dev.hourglass.model.LayerSpec.BatchNormalization;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.model.LayerSpec.GlobalAveragePooling2d;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.MaxPooling2d;
import dev.hourglass.model.LayerSpec.RepeatVector;
import dev.hourglass.model.LayerSpec.TimeDistributed;
import dev.hourglass.model.LayerSpec.UpSampling2d;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The models of the labs and some of our own, by name. */
public final class Presets {
    private static final Map<String, Function<String, AutoencoderSpec>> BY_NAME = new TreeMap<>(Map.ofEntries(
            entry("mnist-cnn", Presets::mnistCnn),
            entry("mnist-contractive", Presets::mnistContractive),
            entry("mnist-denoising", Presets::mnistDenoising),
            entry("mnist-lstm", Presets::mnistLstm),
            entry("mnist-sparse", Presets::mnistSparse),
            entry("mnist-sparse-kl", Presets::mnistSparseKl),
            entry("mnist-strong", Presets::mnistStrong),
            entry("mnist-unet", Presets::mnistUnet),
            entry("mnist-vae", Presets::mnistVae),
            entry("mnist-vae-conv", Presets::mnistVaeConv),
            entry("mnist-vq", Presets::mnistVq),
            entry("cifar10-cnn", Presets::cifar10Cnn),
            entry("cifar10-residual", Presets::cifar10Residual),
            entry("cifar10-strong", Presets::cifar10Strong),
            entry("cifar10-unet", Presets::cifar10Unet),
            entry("sequence-cnn-lstm", Presets::sequenceCnnLstm),
            entry("sequence-composite", Presets::sequenceComposite),
            entry("sequence-conv1d", Presets::sequenceConv1d),
            entry("sequence-lstm", Presets::sequenceLstm),
            entry("sequence-reversed-lstm", Presets::sequenceReversedLstm),
            entry("sequence-teacher-forced", Presets::sequenceTeacherForced),
            entry("sequence-transformer", Presets::sequenceTransformer)));

    private Presets() {}

    /** The names that {@link #find} knows, sorted. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * @param preset such as {@code mnist-cnn}
     * @param model the name the model is to have
     */
    public static Optional<AutoencoderSpec> find(String preset, String model) {
        return Optional.ofNullable(BY_NAME.get(preset)).map(create -> create.apply(model));
    }

    /** 28x28x1 to a 7x7x8 waist and back, 12,585 parameters. */
    public static AutoencoderSpec mnistCnn(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28, 1),
                List.of(
                        conv("enc_conv1", 32, RELU),
                        norm("enc_bn1"),
                        pool("enc_pool1"),
                        conv("enc_conv2", 16, RELU),
                        norm("enc_bn2"),
                        pool("enc_pool2"),
                        conv("latent", 8, RELU)),
                List.of(
                        conv("dec_conv1", 16, RELU),
                        norm("dec_bn1"),
                        up("dec_up1"),
                        conv("dec_conv2", 32, RELU),
                        norm("dec_bn2"),
                        up("dec_up2"),
                        conv("output", 1, SIGMOID)));
    }

    /** 28 steps of 28 pixels to 32 numbers and back, 269,468 parameters. */
    public static AutoencoderSpec mnistLstm(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28),
                List.of(
                        new Lstm("enc_lstm1", 128, true),
                        new Lstm("enc_lstm2", 64, true),
                        new Lstm("latent", 32, false)),
                List.of(
                        new RepeatVector("dec_repeat", 28),
                        new Lstm("dec_lstm1", 64, true),
                        new Lstm("dec_lstm2", 128, true),
                        new TimeDistributed("output", new Dense("output_dense", 28, LINEAR))));
    }

    /** 28x28x1 to 32 numbers and back, 256,001 parameters; how it was found is in docs/strong-autoencoders.md. */
    public static AutoencoderSpec mnistStrong(String name) {
        return mnistConvolutions(name, 64, new Dense("latent", 32, LINEAR));
    }

    /** 28x28x1 to 64 numbers and back, to be trained with noise on its inputs (Vincent et al. 2010). */
    public static AutoencoderSpec mnistDenoising(String name) {
        return mnistConvolutions(name, 32, new Dense("latent", 64, RELU));
    }

    /** @param filters of the 7x7 pixels before the code and behind it */
    private static AutoencoderSpec mnistConvolutions(String name, int filters, Dense code) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28, 1),
                List.of(
                        halving("enc_conv1", 32, 3),
                        halving("enc_conv2", filters, 3),
                        new LayerSpec.Flatten("enc_flatten"),
                        code),
                List.of(
                        new Dense("dec_dense", 7 * 7 * filters, RELU),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(7, 7, filters)),
                        doubling("dec_conv1", 32, RELU),
                        doubling("output", 1, SIGMOID)));
    }

    /** 28x28x1 to 64 numbers and back, to be trained with an L1 penalty of the activity of {@code latent}. */
    public static AutoencoderSpec mnistSparse(String name) {
        return sparse(name, RELU);
    }

    /** 28x28x1 to 64 sigmoids and back, to be trained with a sparsity of {@code latent} (Ng 2011). */
    public static AutoencoderSpec mnistSparseKl(String name) {
        return sparse(name, SIGMOID);
    }

    private static AutoencoderSpec sparse(String name, Activation ofCode) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28, 1),
                List.of(
                        new LayerSpec.Flatten("enc_flatten"),
                        new Dense("enc_dense", 256, RELU),
                        new Dense("latent", 64, ofCode)),
                List.of(
                        new Dense("dec_dense", 256, RELU),
                        new Dense("dec_pixels", 784, SIGMOID),
                        new LayerSpec.Reshape("output", Shape.of(28, 28, 1))));
    }

    /** 28x28x1 to 64 sigmoids and back, to be trained with a contraction of {@code latent} (Rifai et al. 2011). */
    public static AutoencoderSpec mnistContractive(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28, 1),
                List.of(new LayerSpec.Flatten("enc_flatten"), new Dense("latent", 64, SIGMOID)),
                List.of(
                        new Dense("dec_pixels", 784, LINEAR),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(28, 28, 1)),
                        new LayerSpec.ActivationLayer("output", SIGMOID)));
    }

    /** As {@link #mnistVae}, with convolutions around the distribution. */
    public static AutoencoderSpec mnistVaeConv(String name) {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(28, 28, 1))),
                List.of(
                        node(halving("enc_conv1", 32, 3), "input"),
                        node(halving("enc_conv2", 64, 3), "enc_conv1"),
                        node(new LayerSpec.Flatten("enc_flatten"), "enc_conv2"),
                        node(new Dense("enc_mean", 20, LINEAR), "enc_flatten"),
                        node(new Dense("enc_log_variance", 20, LINEAR), "enc_flatten"),
                        node(new LayerSpec.Sampling("latent"), "enc_mean", "enc_log_variance"),
                        node(new Dense("dec_dense", 3136, RELU), "latent"),
                        node(new LayerSpec.Reshape("dec_reshape", Shape.of(7, 7, 64)), "dec_dense"),
                        node(doubling("dec_conv1", 32, RELU), "dec_reshape"),
                        node(doubling("output", 1, SIGMOID), "dec_conv1")),
                List.of("output"));
        return new AutoencoderSpec(name, graph, "latent");
    }

    /**
     * 28x28x1 to distributions of 20 numbers and back (Kingma and Welling 2013, appendix C, with the sizes that are usual
     * today), 652,824 parameters; to be trained with binary cross-entropy and the divergence of {@code latent}.
     */
    public static AutoencoderSpec mnistVae(String name) {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(28, 28, 1))),
                List.of(
                        node(new LayerSpec.Flatten("enc_flatten"), "input"),
                        node(new Dense("enc_dense", 400, RELU), "enc_flatten"),
                        node(new Dense("enc_mean", 20, LINEAR), "enc_dense"),
                        node(new Dense("enc_log_variance", 20, LINEAR), "enc_dense"),
                        node(new LayerSpec.Sampling("latent"), "enc_mean", "enc_log_variance"),
                        node(new Dense("dec_dense", 400, RELU), "latent"),
                        node(new Dense("dec_pixels", 784, LINEAR), "dec_dense"),
                        node(new LayerSpec.Reshape("dec_reshape", Shape.of(28, 28, 1)), "dec_pixels"),
                        node(new LayerSpec.ActivationLayer("output", SIGMOID), "dec_reshape")),
                List.of("output"));
        return new AutoencoderSpec(name, graph, "latent");
    }

    /**
     * 28x28x1 to 49 vectors out of 64 and back, 294 bits (van den Oord, Vinyals and Kavukcuoglu 2017); to be trained with the
     * quantization of {@code latent}. Normalised codes reach all of the codebook from the start (Lancucki et al. 2020, section
     * 3.2).
     */
    public static AutoencoderSpec mnistVq(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28, 1),
                List.of(
                        halving("enc_conv1", 32, 4),
                        halving("enc_conv2", 64, 4),
                        new Conv2d("enc_vectors", 16, Size2.square(1), Size2.square(1), SAME, LINEAR),
                        norm("enc_norm"),
                        new LayerSpec.VectorQuantizer("latent", 64)),
                List.of(conv("dec_conv1", 64, RELU), doubling("dec_conv2", 32, RELU), doubling("output", 1, SIGMOID)));
    }

    /** 32x32x3 to 32 numbers and back. */
    public static AutoencoderSpec cifar10Cnn(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(32, 32, 3),
                List.of(
                        conv("enc_conv1", 32, RELU),
                        pool("enc_pool1"),
                        conv("enc_conv2", 64, RELU),
                        pool("enc_pool2"),
                        conv("enc_conv3", 128, RELU),
                        new GlobalAveragePooling2d("enc_average"),
                        new Dense("latent", 32, LINEAR)),
                List.of(
                        new Dense("dec_dense", 8192, RELU),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(8, 8, 128)),
                        transposed("dec_conv1", 128, RELU),
                        up("dec_up1"),
                        transposed("dec_conv2", 64, RELU),
                        up("dec_up2"),
                        transposed("output", 3, SIGMOID)));
    }

    /** 32x32x3 to 32 numbers and back, 1,263,411 parameters; how it was found is in docs/strong-autoencoders.md. */
    public static AutoencoderSpec cifar10Strong(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(32, 32, 3),
                List.of(
                        halving("enc_conv1", 48, 4),
                        halving("enc_conv2", 96, 4),
                        halving("enc_conv3", 192, 4),
                        new LayerSpec.Flatten("enc_flatten"),
                        new Dense("latent", 32, LINEAR)),
                List.of(
                        new Dense("dec_dense", 4096, RELU),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(4, 4, 256)),
                        doubling("dec_conv1", 128, RELU),
                        doubling("dec_conv2", 64, RELU),
                        doubling("output", 3, SIGMOID)));
    }

    /** 28x28x1 without the noise that it learns with; 784 numbers at the waist, and more go around it. */
    public static AutoencoderSpec mnistUnet(String name) {
        return unet(name, Shape.of(28, 28, 1), 0.3f);
    }

    /** 32x32x3 without the noise that it learns with; 1,024 numbers at the waist, and more go around it. */
    public static AutoencoderSpec cifar10Unet(String name) {
        return unet(name, Shape.of(32, 32, 3), 0.1f);
    }

    /** Two levels of the U-Net of Ronneberger, Fischer and Brox (2015), figure 1, with upsampling on the way back. */
    private static AutoencoderSpec unet(String name, Shape image, float noise) {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", image)),
                List.of(
                        node(new LayerSpec.GaussianNoise("noise", noise), "input"),
                        node(conv("enc_conv1", 16, RELU), "noise"),
                        node(pool("enc_pool1"), "enc_conv1"),
                        node(conv("enc_conv2", 32, RELU), "enc_pool1"),
                        node(pool("enc_pool2"), "enc_conv2"),
                        node(conv("latent", 16, RELU), "enc_pool2"),
                        node(up("dec_up1"), "latent"),
                        node(beside("dec_skip1"), "dec_up1", "enc_conv2"),
                        node(conv("dec_conv1", 32, RELU), "dec_skip1"),
                        node(up("dec_up2"), "dec_conv1"),
                        node(beside("dec_skip2"), "dec_up2", "enc_conv1"),
                        node(conv("dec_conv2", 16, RELU), "dec_skip2"),
                        node(conv("output", image.dimension(2), SIGMOID), "dec_conv2")),
                List.of("output"));
        return new AutoencoderSpec(name, graph, "latent");
    }

    /** 32x32x3 to 64 numbers and back, by residual blocks (He, Zhang, Ren and Sun 2016, figure 2). */
    public static AutoencoderSpec cifar10Residual(String name) {
        List<Graph.Node> nodes = new ArrayList<>();
        nodes.add(node(halving("enc_conv1", 32, 4), "input"));
        addBlock(nodes, "enc_block1", 32);
        addNext(nodes, halving("enc_conv2", 64, 4));
        addBlock(nodes, "enc_block2", 64);
        addNext(nodes, new LayerSpec.Flatten("enc_flatten"));
        addNext(nodes, new Dense("latent", 64, LINEAR));
        addNext(nodes, new Dense("dec_dense", 4096, RELU));
        addNext(nodes, new LayerSpec.Reshape("dec_reshape", Shape.of(8, 8, 64)));
        addBlock(nodes, "dec_block1", 64);
        addNext(nodes, doubling("dec_conv1", 32, RELU));
        addBlock(nodes, "dec_block2", 32);
        addNext(nodes, doubling("output", 3, SIGMOID));
        Graph graph = new Graph(List.of(new Graph.Input("input", Shape.of(32, 32, 3))), nodes, List.of("output"));
        return new AutoencoderSpec(name, graph, "latent");
    }

    /** What two convolutions make of a value is added to it. */
    private static void addBlock(List<Graph.Node> nodes, String name, int filters) {
        String before = nodes.getLast().name();
        addNext(nodes, conv(name + "_conv1", filters, RELU));
        addNext(nodes, conv(name + "_conv2", filters, LINEAR));
        nodes.add(node(new LayerSpec.Add(name + "_add"), before, name + "_conv2"));
        addNext(nodes, new LayerSpec.ActivationLayer(name + "_relu", RELU));
    }

    private static void addNext(List<Graph.Node> nodes, LayerSpec layer) {
        nodes.add(node(layer, nodes.getLast().name()));
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }

    private static LayerSpec.Concatenate beside(String name) {
        return new LayerSpec.Concatenate(name, LayerSpec.Concatenate.LAST_AXIS);
    }

    /** 50 steps of 10 features to 20 numbers and back. */
    public static AutoencoderSpec sequenceLstm(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(50, 10),
                List.of(
                        new Lstm("enc_lstm1", 64, true),
                        new Lstm("enc_lstm2", 32, false),
                        new Dense("latent", 20, LINEAR)),
                List.of(
                        new RepeatVector("dec_repeat", 50),
                        new Lstm("dec_lstm1", 32, true),
                        new Lstm("dec_lstm2", 64, true),
                        new TimeDistributed("output", new Dense("output_dense", 10, LINEAR))));
    }

    /**
     * 50 steps of 10 features to 20 numbers and back. The decoder's first layer begins with the step that the encoder has read
     * last, as where Srivastava, Mansimov and Salakhutdinov (2015), section 2.2, reverse the target; the second reads it from
     * its end, so that what leaves it is in order.
     */
    public static AutoencoderSpec sequenceReversedLstm(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(50, 10),
                List.of(
                        new Lstm("enc_lstm1", 64, true),
                        new Lstm("enc_lstm2", 32, false),
                        new Dense("latent", 20, LINEAR)),
                List.of(
                        new RepeatVector("dec_repeat", 50),
                        new Lstm("dec_lstm1", 32, true),
                        new Lstm("dec_lstm2", 64, true, Recurrence.DEFAULT.withGoBackwards(true)),
                        new TimeDistributed("output", new Dense("output_dense", 10, LINEAR))));
    }

    /**
     * 50 steps of 10 features to 20 numbers and back, where the decoder is told the true step before each (teacher forcing:
     * Williams and Zipser 1989). Its states begin with what two dense layers make of the code, as those of Sutskever, Vinyals and
     * Le (2014) do with the encoder's own; the shifted input goes around the waist.
     */
    public static AutoencoderSpec sequenceTeacherForced(String name) {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(50, 10))),
                List.of(
                        node(new Lstm("enc_lstm1", 64, true), "input"),
                        node(new Lstm("enc_lstm2", 32, false), "enc_lstm1"),
                        node(new Dense("latent", 20, LINEAR), "enc_lstm2"),
                        node(new Dense("dec_h", 64, TANH), "latent"),
                        node(new Dense("dec_c", 64, LINEAR), "latent"),
                        node(new LayerSpec.Cropping1d("dec_cut", 0, 1), "input"),
                        node(new LayerSpec.ZeroPadding1d("dec_before", 1, 0), "dec_cut"),
                        node(new Lstm("dec_lstm", 64, true), "dec_before", "dec_h", "dec_c"),
                        node(new TimeDistributed("output", new Dense("output_dense", 10, LINEAR)), "dec_lstm")),
                List.of("output"));
        return new AutoencoderSpec(name, graph, "latent");
    }

    /**
     * 40 steps of 10 features to 20 numbers, and from these both back and 10 steps ahead: the composite model of Srivastava,
     * Mansimov and Salakhutdinov (2015), section 2.3, with neither decoder told what comes before. The one that rebuilds is
     * that of {@link #sequenceReversedLstm}.
     */
    public static AutoencoderSpec sequenceComposite(String name) {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(40, 10))),
                List.of(
                        node(new Lstm("enc_lstm1", 64, true), "input"),
                        node(new Lstm("enc_lstm2", 32, false), "enc_lstm1"),
                        node(new Dense("latent", 20, LINEAR), "enc_lstm2"),
                        node(new RepeatVector("dec_repeat", 40), "latent"),
                        node(new Lstm("dec_lstm1", 32, true), "dec_repeat"),
                        node(new Lstm("dec_lstm2", 64, true, Recurrence.DEFAULT.withGoBackwards(true)), "dec_lstm1"),
                        node(new TimeDistributed("rebuilt", new Dense("rebuilt_dense", 10, LINEAR)), "dec_lstm2"),
                        node(new RepeatVector("next_repeat", 10), "latent"),
                        node(new Lstm("next_lstm1", 32, true), "next_repeat"),
                        node(new Lstm("next_lstm2", 64, true), "next_lstm1"),
                        node(new TimeDistributed("predicted", new Dense("predicted_dense", 10, LINEAR)), "next_lstm2")),
                List.of("rebuilt", "predicted"));
        return new AutoencoderSpec(name, graph, "latent");
    }

    /** 50 steps of 10 features to 20 numbers and back, by convolutions over the steps. */
    public static AutoencoderSpec sequenceConv1d(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(50, 10),
                List.of(
                        new LayerSpec.Conv1d("enc_conv1", 32, 7, 2, SAME, RELU),
                        new LayerSpec.Conv1d("enc_conv2", 16, 7, 2, SAME, RELU),
                        new LayerSpec.Flatten("enc_flatten"),
                        new Dense("latent", 20, LINEAR)),
                List.of(
                        new Dense("dec_dense", 208, RELU),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(13, 16)),
                        new LayerSpec.Conv1dTranspose("dec_conv1", 16, 7, 2, SAME, RELU),
                        new LayerSpec.Cropping1d(
                                "dec_crop", 0, 1), // 50 steps are 25, then 13, which is 26 on the way back
                        new LayerSpec.Conv1dTranspose("dec_conv2", 32, 7, 2, SAME, RELU),
                        new LayerSpec.Conv1dTranspose("output", 10, 7, 1, SAME, LINEAR)));
    }

    /** 50 steps of 10 features to 20 numbers and back: LSTMs over 25 steps, each seen by a convolution. */
    public static AutoencoderSpec sequenceCnnLstm(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(50, 10),
                List.of(
                        new LayerSpec.Conv1d("enc_conv", 32, 5, 1, SAME, RELU),
                        new LayerSpec.MaxPooling1d("enc_pool", 2, 2, SAME),
                        new Lstm("enc_lstm", 64, false),
                        new Dense("latent", 20, LINEAR)),
                List.of(
                        new RepeatVector("dec_repeat", 25),
                        new Lstm("dec_lstm", 64, true),
                        new LayerSpec.UpSampling1d("dec_up", 2),
                        new LayerSpec.Conv1d("dec_conv", 32, 5, 1, SAME, RELU),
                        new TimeDistributed("output", new Dense("output_dense", 10, LINEAR))));
    }

    /** 50x10 to 20 numbers and back, by a block of attention on either side, 89,790 parameters. */
    public static AutoencoderSpec sequenceTransformer(String name) {
        List<Graph.Node> nodes = new ArrayList<>();
        nodes.add(node(new Dense("enc_wide", 32, LINEAR), "input"));
        addNext(nodes, new LayerSpec.Flatten("enc_row"));
        addNext(nodes, norm("enc_places")); // whose beta tells one step from another
        addNext(nodes, new LayerSpec.Reshape("enc_positions", Shape.of(50, 32)));
        addAttention(nodes, "enc");
        addNext(nodes, new LayerSpec.Flatten("enc_flatten"));
        addNext(nodes, new Dense("latent", 20, LINEAR));
        addNext(nodes, new Dense("dec_dense", 1600, LINEAR));
        addNext(nodes, new LayerSpec.Reshape("dec_positions", Shape.of(50, 32)));
        addAttention(nodes, "dec");
        addNext(nodes, new Dense("output", 10, LINEAR));
        Graph graph = new Graph(List.of(new Graph.Input("input", Shape.of(50, 10))), nodes, List.of("output"));
        return new AutoencoderSpec(name, graph, "latent");
    }

    /** What attention and two dense layers make of what is normalised is added to what they read. */
    private static void addAttention(List<Graph.Node> nodes, String name) {
        addNext(nodes, layerNorm(name + "_norm1"));
        addNext(nodes, new LayerSpec.MultiHeadAttention(name + "_attention", 4, 8));
        nodes.add(node(new LayerSpec.Add(name + "_add1"), name + "_positions", name + "_attention"));
        addNext(nodes, layerNorm(name + "_norm2"));
        addNext(nodes, new Dense(name + "_dense1", 64, RELU));
        addNext(nodes, new Dense(name + "_dense2", 32, LINEAR));
        nodes.add(node(new LayerSpec.Add(name + "_add2"), name + "_add1", name + "_dense2"));
    }

    private static LayerSpec layerNorm(String name) {
        return new LayerSpec.LayerNormalization(
                name, List.of(-1), LayerSpec.LayerNormalization.DEFAULT_EPSILON, true, true, false);
    }

    private static Conv2d conv(String name, int filters, Activation activation) {
        return new Conv2d(name, filters, Size2.square(3), Size2.square(1), SAME, activation);
    }

    private static Conv2dTranspose transposed(String name, int filters, Activation activation) {
        return new Conv2dTranspose(name, filters, Size2.square(3), Size2.square(1), SAME, activation);
    }

    private static Conv2d halving(String name, int filters, int kernel) {
        return new Conv2d(name, filters, Size2.square(kernel), Size2.square(2), SAME, RELU);
    }

    /** A kernel of 4 covers each pixel of the doubled image by the same number of weights; 3 would leave a grid. */
    private static Conv2dTranspose doubling(String name, int filters, Activation activation) {
        return new Conv2dTranspose(name, filters, Size2.square(4), Size2.square(2), SAME, activation);
    }

    private static BatchNormalization norm(String name) {
        return new BatchNormalization(name, BatchNormalization.DEFAULT_MOMENTUM, BatchNormalization.DEFAULT_EPSILON);
    }

    private static MaxPooling2d pool(String name) {
        return new MaxPooling2d(name, Size2.square(2), Size2.square(2), SAME);
    }

    private static UpSampling2d up(String name) {
        return new UpSampling2d(name, Size2.square(2));
    }
}
