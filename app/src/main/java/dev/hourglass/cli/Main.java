package dev.hourglass.cli;

import dev.hourglass.cli.denoising.DenoiseCommand;
import dev.hourglass.cli.terminal.PrintableLog;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.RecipeException;
import dev.hourglass.lab.run.RunStoppedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where the program starts, and where every error becomes one line and an exit status. */
public final class Main {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int INTERRUPTED = 130;

    /**
     * What core warns of, such as weights that are NaN, is a line like any other, without date and class. What the
     * server did not expect has its stack trace below.
     */
    static final String LOG_FORMAT = "%4$s: %5$s%6$s%n";

    private final HourglassCommand root = new HourglassCommand();
    private final Terminal terminal;
    private final DatasetCatalog catalog;
    private final Interruption interruption;

    Main(Terminal terminal, DatasetCatalog catalog, Interruption interruption) {
        this.terminal = terminal;
        this.catalog = catalog;
        this.interruption = interruption;
    }

    public static void main(String... arguments) {
        System.setProperty("java.util.logging.SimpleFormatter.format", LOG_FORMAT);
        PrintableLog.install();
        Interruption interruption = Interruption.ofThisThread();
        Terminal terminal = Terminal.ofThisProcess(System.getenv());
        int status = new Main(terminal, DatasetCatalog.standard(), interruption).run(arguments);
        interruption.finished();
        System.exit(status);
    }

    /** @return the exit status */
    int run(String... arguments) {
        try {
            String[] asked = asOption(arguments);
            return commandLine(asked).execute(asked);
        } catch (OutOfMemoryError e) {
            // Everything that was big is unreachable by now, so a line can be written.
            return failed(outOfMemory(Runtime.getRuntime().maxMemory()), e);
        } catch (Error e) {
            // Whatever it is: a thread that dies here leaves Interruption waiting for it, and nothing said.
            return failed("Internal error: " + e + ". Run again with --verbose and report it.", e);
        }
    }

    static String outOfMemory(long heapBytes) {
        long moreGigabytes = 2 * (heapBytes >> 30) + 1;
        return "Out of memory at " + (heapBytes >> 20)
                + " MB. Use a smaller --batch-size, --limit or model, or give Java more with HOURGLASS_JAVA_OPTS=-Xmx"
                + moreGigabytes + "g.";
    }

    /** {@code help lab} is {@code lab --help}, as people know it from other programs. */
    private static String[] asOption(String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("help")) {
            return arguments;
        }
        List<String> command = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        command.add("--help");
        return command.toArray(String[]::new);
    }

    /** With the one command that is asked for, where one is: picocli reads the annotations of each, which takes time. */
    private CommandLine commandLine(String... arguments) {
        CommandLine commandLine = new CommandLine(root);
        Map<String, Supplier<Object>> commands = commands();
        Supplier<Object> asked = arguments.length == 0 ? null : commands.get(arguments[0]);
        (asked == null ? commands.values() : List.of(asked))
                .forEach(command -> commandLine.addSubcommand(command.get()));
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF))
                .setOut(Terminal.writer(terminal.out()))
                .setErr(Terminal.writer(terminal.err()))
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((e, args) -> wrongUsage(e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e));
    }

    /** By name, in the order in which help lists them. */
    private Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("lab", () -> new LabCommand(terminal, catalog));
        commands.put("serve", () -> new ServeCommand(terminal, catalog));
        commands.put("resume", () -> new ResumeCommand(terminal, catalog));
        commands.put("replay", () -> new ReplayCommand(terminal, catalog));
        commands.put("data", () -> new DataCommand(terminal, catalog));
        commands.put("inspect", () -> new InspectCommand(terminal));
        commands.put("convert", () -> new ConvertCommand(terminal));
        commands.put("evaluate", () -> new EvaluateCommand(terminal, catalog));
        commands.put("detect", () -> new DetectCommand(terminal, catalog));
        commands.put("score", () -> new ScoreCommand(terminal, catalog));
        commands.put("judge", () -> new JudgeCommand(terminal));
        commands.put("board", () -> new BoardCommand(terminal, catalog));
        commands.put("encode", () -> new PassCommand.Encode(terminal, catalog));
        commands.put("decode", () -> new PassCommand.Decode(terminal, catalog));
        commands.put("reconstruct", () -> new PassCommand.Reconstruct(terminal, catalog));
        commands.put("denoise", () -> new DenoiseCommand(terminal, catalog));
        commands.put("latent", () -> new LatentCommand(terminal, catalog));
        commands.put("sample", () -> new SampleCommand(terminal));
        commands.put("compare", () -> new CompareCommand(terminal));
        return commands;
    }

    private int wrongUsage(ParameterException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        String problem = e instanceof UnmatchedArgumentException unmatched ? unknown(unmatched, command) : message(e);
        String end = problem.matches(".*[.?!]") ? " " : ". ";
        terminal.error(
                command.qualifiedName() + ": " + problem + end + "See '" + command.qualifiedName() + " --help'.");
        return WRONG_USAGE;
    }

    private static String unknown(UnmatchedArgumentException e, CommandSpec command) {
        String argument = e.getUnmatched().getFirst();
        if (argument.startsWith("-")) {
            List<String> options = new ArrayList<>();
            for (OptionSpec option : command.options()) {
                options.addAll(List.of(option.names()));
            }
            return "Unknown option '" + argument + "'." + didYouMean(argument, options);
        }
        return command.subcommands().isEmpty()
                ? "Unexpected argument '" + argument + "'"
                : "Unknown command '" + argument + "'."
                        + Spelling.hint(argument, command.subcommands().keySet());
    }

    private static String didYouMean(String word, List<String> candidates) {
        return Spelling.nearest(word, candidates)
                .map(meant -> " Did you mean '" + meant + "'?")
                .orElse("");
    }

    private int failed(Exception e) {
        if (interruption.requested()) {
            terminal.error(
                    e instanceof RunStoppedException
                            ? message(e)
                            : "Interrupted: no unfinished files were left behind.");
            return INTERRUPTED;
        }
        if (e instanceof RecipeException) {
            printStackTrace(e);
            terminal.error(message(e));
            return WRONG_USAGE;
        }
        // Exceptions of our own say what to do; any other is a mistake of the program.
        boolean ours = e.getClass().getName().startsWith("dev.hourglass.");
        return failed(
                ours
                        ? message(e)
                        : "Internal error: " + oneLine(e.toString())
                                + ". Run again with --verbose and report what it prints.",
                e);
    }

    private int failed(String message, Throwable cause) {
        printStackTrace(cause);
        terminal.error(message);
        return FAILED;
    }

    private void printStackTrace(Throwable cause) {
        if (root.verbose()) {
            terminal.stackTrace(cause);
        }
    }

    private static String message(Exception e) {
        return oneLine(Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
