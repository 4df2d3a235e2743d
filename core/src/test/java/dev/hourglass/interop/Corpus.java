package dev.hourglass.interop;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Samples;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.OpenSizesException;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.Graph;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The driver of {@code interop/corpus FOLDER [--json] [--floor N]}: opens each model file of a folder, runs it on the
 * inputs that its {@code FILE.expected.npz} was made for, and says what opens, what agrees with Keras and why the rest is
 * refused. {@code interop/README.md} says what is counted.
 */
final class Corpus {
    private static final double TOLERANCE = 1e-5;
    private static final int SAMPLES = 4;
    /** What Keras's outputs were computed with where a size is open. */
    private static final int OPEN_SIZE = 16;

    /** What became of a file, best first. */
    private enum Outcome {
        /** Computes what Keras computed. */
        AGREES,
        /** Opens and computes numbers; what Keras makes of it is not known, because Keras 3 doesn't open it. */
        RUNS,
        /** Opens, and computes something else. */
        DIFFERS,
        /** Holds code, which is not run. */
        CODE,
        REFUSED,
        /** Neither opens nor is refused as a bad file is. */
        FAILS
    }

    /**
     * @param difference from Keras's output, of the largest number in it; NaN where there is none to compare with
     * @param says what is said of a file that isn't served
     */
    private record Finding(String file, Outcome outcome, double difference, String says) {
        Map<String, @Nullable Object> toTree() {
            Map<String, @Nullable Object> tree = new LinkedHashMap<>();
            tree.put("file", file);
            tree.put("outcome", word(outcome));
            tree.put("difference", Double.isNaN(difference) ? null : difference);
            tree.put("says", says);
            return tree;
        }

        /** The message without names that differ from file to file. */
        String reason() {
            return says.replaceAll("'[^']*' \\((\\w+)\\)", "($1)")
                    .replaceAll("; .*", "")
                    .replaceAll("^(layer|model) '[^']*'", "$1")
                    .replaceAll("/\\S+", "…");
        }
    }

    private Corpus() {}

    /** @param args see above */
    public static void main(String[] args) throws IOException {
        List<String> options = List.of(args).subList(1, args.length);
        List<Finding> findings = new ArrayList<>();
        for (Path file : files(Path.of(args[0]))) {
            findings.add(judge(file));
        }
        System.out.print(options.contains("--json") ? json(findings) : table(findings));
        int floor = options.contains("--floor") ? Integer.parseInt(options.get(options.indexOf("--floor") + 1)) : 0;
        long served = findings.stream().filter(Corpus::isServed).count();
        if (served < floor) {
            System.err.println("interop/corpus: " + served + " files are served, expected at least " + floor);
            System.exit(1);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> Stream.of(".keras", ".h5", ".hdf5").anyMatch(file.toString()::endsWith))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    private static Finding judge(Path file) {
        String name = file.getFileName().toString();
        try {
            double difference = difference(file);
            Outcome outcome = Double.isNaN(difference)
                    ? Outcome.RUNS
                    : difference <= TOLERANCE ? Outcome.AGREES : Outcome.DIFFERS;
            return new Finding(name, outcome, difference, "");
        } catch (UnsupportedModelException | CorruptFileException e) {
            String says =
                    String.valueOf(e.getMessage()).replace(file + ": ", "").replace(file.toString(), name);
            return new Finding(name, says.contains("runs no code") ? Outcome.CODE : Outcome.REFUSED, Double.NaN, says);
        } catch (IOException | RuntimeException e) {
            return new Finding(name, Outcome.FAILS, Double.NaN, e.toString());
        }
    }

    /**
     * How far the outputs are from Keras's, of the largest number there; NaN if Keras's are not known, infinite if ours
     * are no numbers.
     */
    private static double difference(Path file) throws IOException {
        SavedModel model = read(file);
        float[] inputs = new NumpyRandom().random(SAMPLES * model.input().size());
        Path expected = file.resolveSibling(file.getFileName() + ".expected.npz");
        double largest = Double.NaN;
        List<float[]> all = outputs(model, inputs);
        for (int i = 0; i < all.size(); i++) {
            float[] outputs = all.get(i);
            for (float output : outputs) {
                if (!Float.isFinite(output)) {
                    return Double.POSITIVE_INFINITY;
                }
            }
            if (Files.exists(expected)) {
                double here = difference(outputs, expected, i);
                largest = i == 0 ? here : Math.max(largest, here);
            }
        }
        return largest;
    }

    /** Of each output in turn. */
    private static List<float[]> outputs(SavedModel model, float[] inputs) {
        Graph graph = model.graph();
        ModelFacts facts = ModelFacts.of(graph);
        List<float[]> outputs = new ArrayList<>();
        try (ChainInference inference = ChainInference.of(graph, model.parameters(), 1)) {
            int all = inference.outputSize();
            float[] bySample = new float[SAMPLES * all];
            inference.run(samplesOf(graph, inputs), 0, SAMPLES, bySample);
            int before = 0;
            for (String output : graph.outputs()) {
                int size = facts.shapeOf(output).size();
                float[] of = new float[SAMPLES * size];
                for (int sample = 0; sample < SAMPLES; sample++) {
                    System.arraycopy(bySample, sample * all + before, of, sample * size, size);
                }
                outputs.add(of);
                before += size;
            }
        }
        return outputs;
    }

    /** All samples of one input stand before those of the next. */
    private static List<Samples> samplesOf(Graph graph, float[] inputs) {
        List<Samples> samples = new ArrayList<>();
        int before = 0;
        for (Graph.Input input : graph.inputs()) {
            int start = before;
            int size = input.shape().size();
            samples.add((sample, into, at) -> System.arraycopy(inputs, start + sample * size, into, at, size));
            before += SAMPLES * size;
        }
        return samples;
    }

    private static SavedModel read(Path file) throws IOException {
        try {
            return ModelFile.read(file);
        } catch (OpenSizesException e) {
            return ModelFile.read(file, ReadOptions.defaults().withSample(e.sampleWith(OPEN_SIZE)));
        }
    }

    private static double difference(float[] outputs, Path expected, int output) throws IOException {
        try (NumpyArchive arrays = new NumpyArchive(expected)) {
            double[] theirs = arrays.numbers("output_" + output);
            int stride = (int) arrays.numbers("stride_output_" + output)[0];
            if ((outputs.length + stride - 1) / stride != theirs.length) {
                return Double.POSITIVE_INFINITY;
            }
            double largest = 0;
            double difference = 0;
            for (int i = 0; i < theirs.length; i++) {
                largest = Math.max(largest, Math.abs(theirs[i]));
                double here = Math.abs(theirs[i] - outputs[i * stride]);
                difference = Math.max(difference, here);
            }
            return largest == 0 ? difference : difference / largest;
        }
    }

    private static boolean isServed(Finding finding) {
        return switch (finding.outcome) {
            case AGREES, RUNS -> true;
            case DIFFERS, CODE, REFUSED, FAILS -> false;
        };
    }

    private static String word(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    private static String json(List<Finding> findings) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("files", findings.stream().map(Finding::toTree).toList());
        tree.put("served", findings.stream().filter(Corpus::isServed).count());
        tree.put("outcomes", outcomes(findings));
        tree.put("reasons", reasons(findings));
        return JsonText.write(tree) + System.lineSeparator();
    }

    private static String table(List<Finding> findings) {
        StringBuilder table = new StringBuilder();
        for (Finding finding : findings) {
            String difference =
                    Double.isNaN(finding.difference) ? "" : String.format(Locale.ROOT, "%.1e", finding.difference);
            table.append(String.format(
                            Locale.ROOT,
                            "%-20s %-8s %8s  %s",
                            finding.file,
                            word(finding.outcome),
                            difference,
                            finding.says)
                    .stripTrailing());
            table.append('\n');
        }
        long served = findings.stream().filter(Corpus::isServed).count();
        long code = outcomes(findings).getOrDefault(word(Outcome.CODE), 0L);
        long without = findings.size() - code;
        table.append(String.format(
                Locale.ROOT,
                "%n%d files: %s%n%d of the %d without code of their own are served (%.1f %%)%n",
                findings.size(),
                outcomes(findings),
                served,
                without,
                without == 0 ? 100 : 100.0 * served / without));
        reasons(findings).entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(reason ->
                        table.append(String.format(Locale.ROOT, "%4d  %s%n", reason.getValue(), reason.getKey())));
        return table.toString();
    }

    private static Map<String, Long> outcomes(List<Finding> findings) {
        return findings.stream()
                .collect(Collectors.groupingBy(finding -> word(finding.outcome), TreeMap::new, Collectors.counting()));
    }

    private static Map<String, Long> reasons(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> !finding.says.isEmpty())
                .collect(Collectors.groupingBy(Finding::reason, TreeMap::new, Collectors.counting()));
    }
}
