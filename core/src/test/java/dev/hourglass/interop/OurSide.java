package dev.hourglass.interop;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Our side of {@code interop/run}: {@code write FOLDER SEED COUNT} writes models and what they compute here, a folder
 * each; {@code read FOLDER} reads the models that Keras has written there and writes what they compute here.
 * {@code interop/README.md} lists the files.
 */
final class OurSide {
    private static final int SAMPLES = 4;
    private static final List<ModelLayout> LAYOUTS = List.of(ModelLayout.values());
    private static final List<String> KERAS_FILES = List.of("keras", "h5");

    private OurSide() {}

    /** @param args see above */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        switch (args[0]) {
            case "write" -> writeAll(folder, new RandomSource(Long.parseLong(args[2])), Integer.parseInt(args[3]));
            case "read" -> readAll(folder);
            default -> throw new IllegalArgumentException("Expected write or read, got '" + args[0] + "'");
        }
    }

    private static void writeAll(Path folder, RandomSource random, int count) throws IOException {
        List<ModelCase> cases = new ArrayList<>(ModelCases.layers());
        cases.addAll(ModelCases.masks());
        cases.addAll(ModelCases.presets());
        cases.addAll(RandomModels.of(random, count));
        RandomGraphs.of(random, Math.ceilDiv(count, 2)).forEach(spec -> cases.add(new ModelCase("graph", spec)));
        for (int i = 0; i < cases.size(); i++) {
            ModelCase modelCase = cases.get(i);
            boolean isChain = modelCase.spec().graph().isChain();
            ModelLayout layout = isChain ? LAYOUTS.get(i % LAYOUTS.size()) : ModelLayout.FUNCTIONAL;
            Path place = Files.createDirectories(folder.resolve(modelCase.name()));
            Files.writeString(place.resolve("kind.txt"), modelCase.kind());
            try {
                write(modelCase, layout, random, place);
            } catch (IOException | RuntimeException e) {
                fail(place.resolve("error.txt"), e);
            }
        }
    }

    private static void write(ModelCase modelCase, ModelLayout layout, RandomSource random, Path place)
            throws IOException {
        Autoencoder autoencoder = modelCase.model(random);
        SavedModel model = SavedModel.of(autoencoder, null, Map.of("written by", "interop"));
        float[] inputs = modelCase.inputs(random, SAMPLES);
        float[] codes = infer(model.encoder(), inputs);
        Floats.write(place.resolve("input.f32"), inputs);
        Floats.write(place.resolve("code.f32"), codes);
        Floats.write(place.resolve("output.f32"), infer(model, inputs));
        boolean isMasked =
                model.layers().stream().anyMatch(LayerSpec.Masking.class::isInstance); // for which ONNX has no word
        for (String extension : isMasked ? KERAS_FILES : List.of("keras", "h5", "onnx")) {
            write(model, place.resolve("model." + extension), layout);
            write(model.encoder(), place.resolve("encoder." + extension), ModelLayout.SEQUENTIAL);
            if (model.isCodeAlone()) {
                write(model.decoder(), place.resolve("decoder." + extension), ModelLayout.SEQUENTIAL);
            }
        }
        if (modelCase.trainsAlike()) {
            TrainedStep first = TrainedStep.of(model, inputs);
            for (String extension : KERAS_FILES) {
                write(first.model(), place.resolve("stepped." + extension), layout);
            }
            writeStep(first, place.resolve("moments.f32"), place.resolve("weights.f32"));
            writeStep(
                    TrainedStep.of(first.model(), inputs),
                    place.resolve("stepped-moments.f32"),
                    place.resolve("stepped-weights.f32"));
        }
    }

    private static void writeStep(TrainedStep step, Path moments, Path weights) throws IOException {
        Floats.write(moments, step.moments());
        Floats.write(weights, step.weights());
    }

    private static void write(SavedModel model, Path file, ModelLayout layout) throws IOException {
        ModelFile.write(model, file, layout);
    }

    private static void readAll(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> places = Files.list(folder)) {
            files = places.map(place -> place.resolve("from-keras"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .flatMap(OurSide::models)
                    .toList();
        }
        for (Path file : files) {
            try {
                read(file);
            } catch (IOException | RuntimeException e) {
                fail(file.resolveSibling(file.getFileName() + ".error.txt"), e);
            }
        }
    }

    private static Stream<Path> models(Path place) {
        return KERAS_FILES.stream()
                .flatMap(extension -> Stream.of("model.", "stepped.", "keras2.").map(name -> name + extension))
                .map(place::resolve)
                .filter(Files::exists);
    }

    /** Beside the file, under its name: what the model computes, and moments and weights after one more step. */
    private static void read(Path file) throws IOException {
        SavedModel model = ModelFile.read(file);
        float[] inputs = Floats.read(file.resolveSibling("input.f32"));
        Floats.write(file.resolveSibling(file.getFileName() + ".output.f32"), infer(model, inputs));
        if (Files.exists(file.resolveSibling("trains.txt"))) {
            writeStep(
                    TrainedStep.of(model, inputs),
                    file.resolveSibling(file.getFileName() + ".moments.f32"),
                    file.resolveSibling(file.getFileName() + ".weights.f32"));
        }
    }

    private static float[] infer(SavedModel model, float[] inputs) {
        int size = model.input().size();
        int count = inputs.length / size;
        float[] outputs = new float[count * model.output().size()];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (index, into, offset) -> System.arraycopy(inputs, index * size, into, offset, size),
                    0,
                    count,
                    outputs);
        }
        return outputs;
    }

    private static void fail(Path file, Exception e) throws IOException {
        Files.writeString(file, e.getClass().getSimpleName() + ": " + e.getMessage());
    }
}
