package dev.hourglass.cli;

import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.terminal.FetchDisplay;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.board.BoardKind;
import dev.hourglass.lab.board.BoardOptions;
import dev.hourglass.lab.board.BoardResult;
import dev.hourglass.lab.board.BoardRun;
import dev.hourglass.lab.board.files.BoardFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hourglass board}: autoencoders and their rivals over a whole benchmark. */
@Command(
        name = "board",
        header = "Run a benchmark of anomaly detection: autoencoders beside simple rivals.",
        description = {
            "",
            "All detectors learn from the training rows alone and are judged by the benchmark's own protocol; what was"
                    + " chosen how is said below the table. What is scored is kept, so the same command goes on where it"
                    + " was stopped.",
            "",
            "  nab              Numenta's 58 series, scored by how early anomalies are found",
            "  ecg5000          heartbeats: ECG5000_TRAIN and ECG5000_TEST of the UCR archive",
            "  skab             Skoltech's 34 experiments with a water circuit, 8 channels",
            "  smap             NASA's telemetry of SMAP and MSL, 81 signals",
            "  tsb              the series of TSB-AD's evaluation list that are NAB's; DIR is NAB's",
            "  mnist-one-class  digits, each once as the normal one; fetched as by the labs, so without DIR",
            "  cifar10-one-class  photographs, likewise"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass board nab NAB/",
            "  hourglass board nab NAB/ --seeds 0,1,2 --docs docs/boards.md",
            "  hourglass board ecg5000 ECG5000/ --out results/",
            "  hourglass board mnist-one-class"
        })
final class BoardCommand implements Runnable {
    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "BENCHMARK", description = "Which one, see above.")
    private String benchmark = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "DIR", description = "The folder of its files.")
    private @Nullable Path folder;

    @Option(
            names = "--seeds",
            split = ",",
            paramLabel = "N",
            description = "Seeds of the autoencoders, one each (default: 0,1,2).")
    private List<Long> seeds = List.of(0L, 1L, 2L);

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the table and all scores go (default: boards/BENCHMARK).")
    private @Nullable Path out;

    @Option(
            names = "--docs",
            paramLabel = "FILE",
            description =
                    "Also put the table into this Markdown file, in the place of an earlier one of this benchmark.")
    private @Nullable Path docs;

    @Option(names = "--json", description = "Print JSON; everything else goes to standard error.")
    private boolean json;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    BoardCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        BoardKind kind = kind();
        Path target = out == null ? BoardRun.usualOut(kind) : out;
        BoardOptions options = new BoardOptions(
                folder(kind), target, seeds.stream().distinct().toList(), threads.count(), this::dataset);
        BoardResult result;
        try (Progress progress = new Progress(terminal, "Scoring", 1, kind.itemWord())) {
            result = BoardRun.run(kind, options, (done, all) -> progress.stepTo(done, all));
        }
        try {
            if (docs != null) {
                BoardFiles.document(docs, kind, result, command(kind));
            }
            if (json) {
                terminal.print(Files.readString(target.resolve("board.json")));
            } else {
                terminal.print(BoardFiles.text(result));
                terminal.println("");
                terminal.println("Wrote " + target.resolve("board.csv") + ", board.json, board.txt and all scores");
            }
        } catch (IOException e) {
            throw CommandException.unwritable(docs == null ? target : docs, e);
        }
    }

    private BoardKind kind() {
        for (BoardKind kind : BoardKind.values()) {
            if (kind.word().equals(benchmark.toLowerCase(Locale.ROOT))) {
                return kind;
            }
        }
        throw new ParameterException(
                spec.commandLine(),
                "Unknown benchmark '" + benchmark + "': expected " + String.join(", ", BoardKind.words()) + "."
                        + Spelling.hint(benchmark, BoardKind.words()));
    }

    private Path folder(BoardKind kind) {
        Path given = folder;
        if (given == null) {
            if (kind.needsFolder()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Missing the folder of the benchmark: hourglass board " + kind.word() + " DIR");
            }
            return Path.of("");
        }
        if (!Files.isDirectory(given)) {
            throw new CommandException("Can't read " + given + ": expected the folder of the benchmark '" + kind.word()
                    + "', found " + (Files.exists(given) ? "a file" : "nothing") + ". Give the folder of its files.");
        }
        return given;
    }

    private Dataset dataset(String name) {
        try (FetchDisplay display = new FetchDisplay(terminal)) {
            return new DataSources(catalog).open(name, SourceOptions.defaults(), display);
        }
    }

    private String command(BoardKind kind) {
        String seedList = seeds.stream().map(String::valueOf).collect(Collectors.joining(","));
        String where = folder == null ? "" : " DIR";
        return "./hourglass board " + kind.word() + where + " --seeds " + seedList;
    }
}
