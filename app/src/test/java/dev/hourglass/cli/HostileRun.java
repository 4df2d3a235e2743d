package dev.hourglass.cli;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.tensor.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Gives each hostile file to each way into Hourglass, in a small Java machine, and prints a line of what came of it:
 * command, file, exit status, milliseconds of processor and of clock, files left, what was said.
 */
final class HostileRun {
    /** That architectures in JSON and YAML are read with. */
    static final String WEIGHTS = "good-weights.h5";
    /** That follows rows of {@link #ROWS}. */
    static final String DETECTOR = "good-detector.keras";

    static final String ROWS = "good-rows.csv";

    /** Of each benchmark what is read first, with what must be beside it. */
    private static final Map<String, List<String>> BOARDS = Map.of(
            "ecg5000", List.of("ECG5000_TRAIN.txt"),
            "skab", List.of("valve1/0.csv"),
            "nab", List.of("combined_windows.json", "data/"),
            "tsb", List.of("combined_windows.json", "data/"),
            "smap", List.of("labeled_anomalies.csv", "train/", "test/"));

    private final Path models;
    private final Path data;
    private final Path goodModel;
    private final Path goodData;
    private final Path goodWeights;
    private final Path detector;
    private final Path rows;
    private final Path benchmark;
    private final Path out;

    private HostileRun(Path folder) {
        models = folder.resolve("models");
        data = folder.resolve("data");
        goodModel = folder.resolve("good.keras");
        goodData = folder.resolve("good-idx3-ubyte");
        goodWeights = folder.resolve(WEIGHTS);
        detector = folder.resolve(DETECTOR);
        rows = folder.resolve(ROWS);
        benchmark = folder.resolve("benchmark");
        out = folder.resolve("out");
    }

    /** @param arguments the folder that holds {@code models}, {@code data} and a good one of each */
    public static void main(String... arguments) throws IOException {
        HostileRun run = new HostileRun(Path.of(arguments[0]));
        run.readGood();
        for (Path model : list(run.models)) {
            run.refuseModel(model);
        }
        for (Path source : list(run.data)) {
            run.refuseData(source);
        }
    }

    /** Loads the classes, and shows that the small machine does for a good file. */
    private void readGood() throws IOException {
        refuse("good", goodModel, List.of("evaluate", goodModel.toString(), "--data", goodData.toString()));
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private void refuseModel(Path model) throws IOException {
        String file = model.toString();
        readInLibrary(model);
        refuse("inspect", model, List.of("inspect", file));
        refuse("inspect --json", model, List.of("inspect", file, "--json"));
        for (String extension : List.of("keras", "h5", "onnx")) {
            refuse("convert " + extension, model, List.of("convert", file, out + "/converted." + extension));
        }
        refuse("convert --part", model, List.of("convert", file, out + "/half.keras", "--part", "encoder"));
        refuseWith(model, file, goodData.toString());
    }

    private void refuseData(Path source) throws IOException {
        refuseWith(source, goodModel.toString(), source.toString());
        refuse(
                "score --state",
                source,
                List.of(
                        "score",
                        detector.toString(),
                        "--follow",
                        "--data",
                        rows.toString(),
                        "--state",
                        source.toString()));
        if (Files.isRegularFile(source)) {
            for (Map.Entry<String, List<String>> board : BOARDS.entrySet()) {
                refuseBoard(board.getKey(), board.getValue(), source);
            }
        }
        refuse(
                "--labels",
                source,
                List.of(
                        "evaluate",
                        goodModel.toString(),
                        "--data",
                        goodData.toString(),
                        "--labels",
                        source.toString()));
    }

    /** A hostile file in the place of one of a benchmark. */
    private void refuseBoard(String board, List<String> files, Path source) throws IOException {
        Path folder = benchmark.resolve(board);
        for (String beside : files.subList(1, files.size())) {
            Files.createDirectories(folder.resolve(beside));
        }
        Path place = folder.resolve(files.getFirst());
        Files.createDirectories(place.getParent());
        Files.deleteIfExists(place);
        Files.createSymbolicLink(place, source.toAbsolutePath());
        refuse("board " + board, place, List.of("board", board, folder.toString(), "--out", out + "/board"));
    }

    private void refuseWith(Path hostile, String model, String source) throws IOException {
        refuse("evaluate", hostile, List.of("evaluate", model, "--data", source));
        for (String pass : List.of("encode", "decode", "reconstruct")) {
            refuse(pass, hostile, List.of(pass, model, "--data", source, "--out", out + "/rows.npy"));
        }
        refuse("denoise", hostile, List.of("denoise", model, "--data", source, "--out", out + "/denoised.csv"));
        refuse("latent", hostile, List.of("latent", model, "--data", source, "--out", out + "/latent.csv"));
        refuse(
                "score",
                hostile,
                List.of("score", model, "--data", source, "--calibrate", source, "--out", out + "/scores.csv"));
        refuse("score --json", hostile, List.of("score", model, "--data", source, "--calibrate", source, "--json"));
        if (!isArchitecture(hostile)) {
            refuse("detect", hostile, List.of("detect", source, source, "--model", model, "--out", out + "/found"));
        }
    }

    private void readInLibrary(Path model) throws IOException {
        Clock clock = new Clock();
        String said;
        try {
            said = "read "
                    + ModelFile.read(
                                    model,
                                    isArchitecture(model)
                                            ? ReadOptions.defaults().withWeights(goodWeights)
                                            : ReadOptions.defaults())
                            .name();
        } catch (CorruptFileException | UnsupportedModelException e) {
            said = String.valueOf(e.getMessage());
        }
        print("ModelFile.read", model, said.startsWith("read ") ? 0 : Main.FAILED, clock, said);
    }

    private static boolean isArchitecture(Path model) {
        String name = model.getFileName().toString();
        return name.endsWith(".json") || name.endsWith(".yaml");
    }

    private void refuse(String name, Path hostile, List<String> options) throws IOException {
        Files.createDirectories(out);
        List<String> arguments = new ArrayList<>(options);
        boolean isModel = arguments.get(1).equals(hostile.toString());
        if (isModel && isArchitecture(hostile)) {
            arguments.addAll(List.of("--weights", goodWeights.toString()));
        }
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Clock clock = new Clock();
        int status = new Main(Terminal.plain(nowhere, errors), DatasetCatalog.standard(), Interruption.none())
                .run(arguments.toArray(String[]::new));
        String said = err.toString(StandardCharsets.UTF_8).stripTrailing();
        // Before a stream is opened, it is said what calibrated its detector.
        boolean follows = arguments.contains("--follow");
        print(name, hostile, status, clock, follows ? said.substring(said.lastIndexOf('\n') + 1) : said);
    }

    private void print(String name, Path hostile, int status, Clock clock, String said) throws IOException {
        long processor = clock.processorMillis();
        long wall = clock.wallMillis();
        int left = Files.exists(out) ? list(out).size() : 0;
        List<String> fields = new ArrayList<>(List.of(name, named(hostile)));
        for (long number : new long[] {status, processor, wall, left}) {
            fields.add(Long.toString(number));
        }
        fields.add(said.replace("\n", "\\n").replace("\t", " "));
        System.out.println(String.join("\t", fields));
    }

    /** What must be said: of a record, which is several files of one name, that name, as any of them may be at fault. */
    private static String named(Path hostile) {
        return hostile.toString().replaceFirst("\\.hea$", "");
    }

    /** The processor's time too: a machine that is busy with other things makes any refusal slow. */
    private static final class Clock {
        private final long wall = System.nanoTime();
        private final long processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();

        long processorMillis() {
            return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - processor) / 1_000_000;
        }

        long wallMillis() {
            return (System.nanoTime() - wall) / 1_000_000;
        }
    }
}
