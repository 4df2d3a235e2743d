package dev.hourglass.interop;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Our side of {@code interop/run}: {@code write FOLDER SEED COUNT} writes models and what they compute here, a folder
 * each; {@code read FOLDER} reads the models that Keras has written there and writes what they compute here. In
 * {@code FOLDER/optimizers} is what {@link OptimizerExchange} does. {@code interop/README.md} lists the files.
 */
final class OurSide {
    private static final int SAMPLES = 4;
    private static final List<ModelLayout> LAYOUTS = List.of(ModelLayout.values());
    private static final List<String> KERAS_FILES = List.of("keras", "h5");

    private OurSide() {}

    /** @param args see above */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        Path optimizers = Files.createDirectories(folder.resolve("optimizers"));
        switch (args[0]) {
            case "write" -> {
                writeAll(folder, new RandomSource(Long.parseLong(args[2])), Integer.parseInt(args[3]));
                OptimizerExchange.write(optimizers);
            }
            case "read" -> {
                readAll(folder);
                OptimizerExchange.read(optimizers);
            }
            default -> throw new IllegalArgumentException("Expected write or read, got '" + args[0] + "'");
        }
    }

    private static void writeAll(Path folder, RandomSource random, int count) {
        List<ModelCase> cases = ModelCases.all(random, count);
        IntStream.range(0, cases.size()).parallel().forEach(i -> {
            ModelCase modelCase = cases.get(i);
            boolean isChain = modelCase.spec().graph().isChain();
            if (modelCase.isExchanged()) {
                write(modelCase, isChain ? LAYOUTS.get(i % LAYOUTS.size()) : ModelLayout.FUNCTIONAL, random, folder);
            }
        });
    }

    private static void write(ModelCase modelCase, ModelLayout layout, RandomSource random, Path folder) {
        Path place = folder.resolve(modelCase.name());
        try {
            Files.createDirectories(place);
            Files.writeString(place.resolve("kind.txt"), modelCase.kind());
            try {
                writeFiles(modelCase, layout, random, place);
            } catch (IOException | RuntimeException e) {
                fail(place.resolve("error.txt"), e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeFiles(ModelCase modelCase, ModelLayout layout, RandomSource random, Path place)
            throws IOException {
        Autoencoder autoencoder = modelCase.model(random);
        SavedModel model = SavedModel.of(autoencoder, null, Map.of("written by", "interop"));
        float[] inputs = modelCase.inputs(random, SAMPLES);
        float[] codes = infer(model.encoder(), inputs);
        Floats.write(place.resolve("input.f32"), inputs);
        Floats.write(place.resolve("code.f32"), codes);
        Floats.write(place.resolve("output.f32"), infer(model, inputs));
        if (modelCase.several().outputs().size() > 1) {
            SavedModel several = withGraph(model, modelCase.several(), modelCase.parametersOfSeveral(random));
            for (String extension : KERAS_FILES) {
                ModelFile.write(several, place.resolve("several." + extension), layout);
            }
            writeOutputs(several, inputs, place.resolve("several"));
        }
        if (modelCase.hasChannelsFirst()) {
            Files.createFile(place.resolve("channels-first.txt"));
        }
        for (String extension : modelCase.isInOnnx() ? List.of("keras", "h5", "onnx") : KERAS_FILES) {
            ModelFile.write(model, place.resolve("model." + extension), layout);
            ModelFile.write(model.encoder(), place.resolve("encoder." + extension), ModelLayout.SEQUENTIAL);
            if (model.isCodeAlone()) {
                ModelFile.write(model.decoder(), place.resolve("decoder." + extension), ModelLayout.SEQUENTIAL);
            }
        }
        if (modelCase.trainsAlike()) {
            TrainedStep first = TrainedStep.of(model, inputs);
            for (String extension : KERAS_FILES) {
                ModelFile.write(first.model(), place.resolve("stepped." + extension), layout);
            }
            writeStep(first, place.resolve("moments.f32"), place.resolve("weights.f32"));
            writeStep(
                    TrainedStep.of(first.model(), inputs),
                    place.resolve("stepped-moments.f32"),
                    place.resolve("stepped-weights.f32"));
        }
    }

    private static SavedModel withGraph(SavedModel model, Graph graph, Parameters parameters) {
        return new SavedModel(
                model.name(),
                graph,
                parameters,
                model.normalization(),
                model.waist(),
                null,
                null,
                model.provenance(),
                List.of());
    }

    /** Each output of a model that has several, in a file of its own. */
    private static void writeOutputs(SavedModel model, float[] inputs, Path file) throws IOException {
        List<String> outputs = model.graph().outputs();
        for (int i = 0; i < outputs.size(); i++) {
            SavedModel one = model.withOutput(outputs.get(i));
            Floats.write(file.resolveSibling(file.getFileName() + "-" + i + ".f32"), infer(one, inputs));
        }
    }

    private static void writeStep(TrainedStep step, Path moments, Path weights) throws IOException {
        Floats.write(moments, step.moments());
        Floats.write(weights, step.weights());
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
        files.parallelStream().forEach(file -> {
            try {
                try {
                    read(file);
                } catch (IOException | RuntimeException e) {
                    fail(file.resolveSibling(file.getFileName() + ".error.txt"), e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static Stream<Path> models(Path place) {
        return KERAS_FILES.stream()
                .flatMap(extension ->
                        Stream.of("model.", "stepped.", "keras2.", "several.").map(name -> name + extension))
                .map(place::resolve)
                .filter(Files::exists);
    }

    /** Beside the file, under its name: what the model computes, and moments and weights after one more step. */
    private static void read(Path file) throws IOException {
        SavedModel model = ModelFile.read(file);
        float[] inputs = Floats.read(file.resolveSibling("input.f32"));
        if (model.graph().outputs().size() > 1) {
            writeOutputs(model, inputs, file);
            return;
        }
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
