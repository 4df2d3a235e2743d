package dev.hourglass.cli;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.lab.run.FinishedRun;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.RunsFigure;
import dev.hourglass.report.tables.RunsTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code hourglass compare}: the results of runs side by side, and the settings in which they differ. */
@Command(
        name = "compare",
        header = "Show the results of runs side by side, and the settings in which they differ.",
        description = {
            "",
            "Reads run folders of 'hourglass lab'. Errors can be compared where the test data is the same,"
                    + " as its SHA-256 shows."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass compare runs/mnist runs/mnist-20-epochs",
            "  hourglass compare runs/* --csv > runs.csv",
            "  hourglass compare runs/a runs/b --out runs.png"
        })
final class CompareCommand implements Runnable {
    private static final int MOST_DIFFERENCES = 20;
    private static final String NOT_COMPARABLE =
            "The runs were not evaluated on the same test data, so their errors can't be compared.";

    private final Terminal terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders, such as runs/mnist.")
    private List<Path> folders = List.of();

    @ArgGroup
    private Form form = new Form();

    @Option(names = "--out", paramLabel = "FILE", description = "Draw test errors and times as bars, .png or .svg.")
    private @Nullable Path out;

    /** What goes to standard output in place of the table. */
    static final class Form {
        @Option(names = "--csv", description = "Print CSV: one line per model, with every metric.")
        private boolean csv;

        @Option(names = "--json", description = "Print JSON: metrics and settings of each run.")
        private boolean json;
    }

    CompareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        if (out != null && !isFormat(out, ".png") && !isFormat(out, ".svg")) {
            throw new ParameterException(
                    spec.commandLine(), "Can't write " + out + ": expected a name that ends with .png or .svg");
        }
        List<FinishedRun> runs = folders.stream().map(FinishedRun::read).toList();
        RunsTable table = table(runs);
        if (form.csv) {
            terminal.print(table.toCsv());
        } else if (form.json) {
            terminal.print(toJson(runs) + System.lineSeparator());
        } else {
            terminal.print(table.toText());
            printLeaders(table);
            sameTestData(runs, table).forEach(line -> terminal.print("\n" + line + "\n"));
            printDifferences(runs);
        }
        if (out != null) {
            draw(table, runs, out);
        }
    }

    private static RunsTable table(List<FinishedRun> runs) {
        List<RunsTable.Row> rows = new ArrayList<>();
        for (FinishedRun run : runs) {
            run.metrics().forEach((model, metrics) -> {
                String data = run.data().getOrDefault(model, "");
                String testSha256 = run.testData().getOrDefault(data, "");
                rows.add(new RunsTable.Row(run.folder().toString(), model, data, testSha256, metrics));
            });
        }
        return new RunsTable(rows);
    }

    private void printLeaders(RunsTable table) {
        List<String> leaders = table.leaders();
        if (!leaders.isEmpty()) {
            terminal.println("");
            leaders.forEach(terminal::println);
        }
    }

    /** What is to be said about the test data: nothing where all runs were judged on the same. */
    private static List<String> sameTestData(List<FinishedRun> runs, RunsTable table) {
        boolean same = runs.stream().map(FinishedRun::testData).distinct().count() == 1;
        return same || table.rows().isEmpty() ? List.of() : List.of(NOT_COMPARABLE);
    }

    private void printDifferences(List<FinishedRun> runs) {
        List<String> differing = differing(runs);
        if (runs.size() == 1) {
            return;
        }
        if (differing.isEmpty()) {
            terminal.print("\nThe runs have the same recipe and data.\n");
            return;
        }
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("What differs"));
        runs.forEach(run -> head.add(run.folder().toString()));
        lines.add(head);
        for (String setting : differing.subList(0, Math.min(MOST_DIFFERENCES, differing.size()))) {
            List<String> line = new ArrayList<>(List.of(setting));
            runs.forEach(run -> line.add(shown(setting, run.settings().get(setting))));
            lines.add(line);
        }
        terminal.print("\n" + RunsTable.aligned(lines, head.size()));
        if (differing.size() > MOST_DIFFERENCES) {
            terminal.println(String.format(
                    Locale.ROOT, "and %,d more settings; --json has all", differing.size() - MOST_DIFFERENCES));
        }
    }

    /** The beginning of a digest is enough to tell it from another. */
    private static String shown(String setting, @Nullable String value) {
        if (value == null) {
            return "–";
        }
        return setting.endsWith("Sha256") && value.length() > 12 ? value.substring(0, 12) + "…" : value;
    }

    private static List<String> differing(List<FinishedRun> runs) {
        Set<String> settings = new LinkedHashSet<>();
        runs.forEach(run -> settings.addAll(run.settings().keySet()));
        return settings.stream()
                .filter(setting -> runs.stream()
                        .anyMatch(run -> !Objects.equals(
                                run.settings().get(setting),
                                runs.getFirst().settings().get(setting))))
                .toList();
    }

    private static String toJson(List<FinishedRun> runs) {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        root.set("differing", mapper.valueToTree(differing(runs)));
        root.put(
                "sameTestData",
                runs.stream().map(FinishedRun::testData).distinct().count() == 1);
        for (FinishedRun run : runs) {
            ObjectNode node = root.withArray("runs").addObject();
            node.put("folder", run.folder().toString());
            node.set("metrics", mapper.valueToTree(run.metrics()));
            node.set("settings", mapper.valueToTree(run.settings()));
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private void draw(RunsTable table, List<FinishedRun> runs, Path file) {
        if (table.rows().isEmpty()) {
            throw new CommandException("The runs have no models to draw. Give run folders of 'hourglass lab'.");
        }
        Figure figure = RunsFigure.draw(table, sameTestData(runs, table));
        try {
            if (isFormat(file, ".svg")) {
                figure.writeSvg(file);
            } else {
                figure.writePng(file);
            }
        } catch (IOException e) {
            throw CommandException.unwritable(file, e);
        }
        if (!form.csv && !form.json) {
            terminal.println("");
            terminal.println("Plot: " + file);
        }
    }

    private static boolean isFormat(Path file, String format) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(format);
    }
}
