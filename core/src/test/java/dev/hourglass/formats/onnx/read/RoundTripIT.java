package dev.hourglass.formats.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.GoldenBatch;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.Waist;
import dev.hourglass.interop.ModelCase;
import dev.hourglass.interop.ModelCases;
import dev.hourglass.interop.RandomGraphs;
import dev.hourglass.interop.RandomModels;
import dev.hourglass.interop.RandomNetworks;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written as ONNX is read again, with the same outputs. */
class RoundTripIT {
    private static final RandomSource RANDOM = new RandomSource(20261130);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsWrittenComputesTheSameWhenItIsRead(ModelCase modelCase) throws IOException {
        SavedModel model = SavedModel.of(modelCase.model(RANDOM), null, Map.of("epochs", "3"));
        Path file = folder.resolve("model.onnx");
        ModelFile.write(model, file);
        SavedModel read = ModelFile.read(file);
        assertThat(read.input()).isEqualTo(model.input());
        assertThat(read.output()).isEqualTo(model.output());
        assertThat(read.normalization()).isEqualTo(model.normalization());
        assertThat(read.provenance()).isEqualTo(model.provenance());
        if (read.waist().source() == Waist.Source.STORED) {
            assertThat(read.code().size()).isEqualTo(model.code().size());
        } else {
            // A waist that only lays numbers out is no layer any more.
            assertThat(modelCase.kind()).isNotEqualTo("preset");
        }
        GoldenBatch golden = GoldenBatch.of(model);
        float[] found = infer(read, golden);
        for (int i = 0; i < found.length; i++) {
            if (Float.isNaN(golden.outputs()[i])) {
                // A random network may grow beyond all numbers, step by step.
                assertThat(found[i]).isNaN();
            } else {
                assertThat(Math.abs(found[i] - golden.outputs()[i]))
                        .isLessThan(1e-5f * Math.max(1, Math.abs(found[i])));
            }
        }
    }

    /** What it computes on its way has other names at each of its places. */
    @Test
    void aLayerMayReadWhatItGaveItself() throws IOException {
        LayerSpec conv = new LayerSpec.Conv1d("conv", 2, 3, 1, Padding.SAME, Activation.TANH);
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(5, 2))),
                List.of(
                        new Graph.Node(conv, List.of("x")),
                        new Graph.Node("conv_2", conv, List.of("conv")),
                        new Graph.Node("conv_3", conv, List.of("conv_2"))),
                List.of("conv_3"));
        whatIsWrittenComputesTheSameWhenItIsRead(new ModelCase("graph", new AutoencoderSpec("again", graph, "conv_2")));
    }

    /** What is written is ordered by what the output reads first, so a further use may come before the first. */
    @Test
    void aFurtherUseMayComeFirst() throws IOException {
        LayerSpec conv = new LayerSpec.Conv1d("conv", 2, 3, 1, Padding.SAME, Activation.TANH);
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(6, 2))),
                List.of(
                        new Graph.Node(new LayerSpec.Cropping1d("end", 4, 0), List.of("x")),
                        new Graph.Node(new LayerSpec.Cropping1d("begin", 0, 2), List.of("x")),
                        new Graph.Node(conv, List.of("end")),
                        new Graph.Node("conv_2", conv, List.of("begin")),
                        new Graph.Node(new LayerSpec.Concatenate("whole", 1), List.of("conv_2", "conv")),
                        new Graph.Node(new LayerSpec.Cropping1d("all", 0, 0), List.of("whole"))),
                List.of("all"));
        whatIsWrittenComputesTheSameWhenItIsRead(new ModelCase("graph", new AutoencoderSpec("first", graph, "whole")));
    }

    static Stream<ModelCase> cases() {
        List<ModelCase> graphs = RandomGraphs.of(RANDOM, 20)
                .map(spec -> new ModelCase("graph", spec))
                .toList();
        return Stream.of(
                        ModelCases.layers(),
                        ModelCases.presets(),
                        RandomModels.of(RANDOM, 30),
                        graphs,
                        RandomNetworks.of(RANDOM, 30))
                .flatMap(List::stream)
                .filter(ModelCase::isInOnnx)
                .filter(modelCase -> isRead(modelCase.spec().layers()));
    }

    /**
     * What normalises within a sample or attends by sums is written as several operators, which are not put
     * together again; steps that are put into the batch are not taken out of it.
     */
    private static boolean isRead(List<LayerSpec> layers) {
        return layers.stream()
                .noneMatch(layer -> layer instanceof LayerSpec.SampleNormalization
                        || attendsBySums(layer)
                        || layer instanceof LayerSpec.Dot
                        || layer instanceof LayerSpec.Embedding
                        || isEachStep(layer));
    }

    private static boolean attendsBySums(LayerSpec layer) {
        return layer instanceof LayerSpec.AdditiveAttention
                || (layer instanceof LayerSpec.DotAttention dot && dot.concat());
    }

    private static boolean isEachStep(LayerSpec layer) {
        return layer instanceof LayerSpec.TimeDistributed each && !(each.layer() instanceof LayerSpec.Dense);
    }

    static float[] infer(SavedModel model, GoldenBatch batch) {
        int size = model.input().size();
        float[] outputs = new float[batch.samples() * model.output().size()];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (index, into, offset) -> System.arraycopy(batch.inputs(), index * size, into, offset, size),
                    0,
                    batch.samples(),
                    outputs);
        }
        return outputs;
    }
}
