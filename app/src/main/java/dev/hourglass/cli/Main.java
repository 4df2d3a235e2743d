package dev.hourglass.cli;

import dev.hourglass.cli.terminal.PrintableLog;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.RecipeException;
import dev.hourglass.lab.run.RunStoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
            return commandLine().execute(asOption(arguments));
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

    private CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(root)
                .addSubcommand(new LabCommand(terminal, catalog))
                .addSubcommand(new ServeCommand(terminal, catalog))
                .addSubcommand(new ResumeCommand(terminal, catalog))
                .addSubcommand(new ReplayCommand(terminal, catalog))
                .addSubcommand(new DataCommand(terminal, catalog))
                .addSubcommand(new InspectCommand(terminal))
                .addSubcommand(new ConvertCommand(terminal))
                .addSubcommand(new EvaluateCommand(terminal, catalog))
                .addSubcommand(new JudgeCommand(terminal))
                .addSubcommand(new PassCommand.Encode(terminal, catalog))
                .addSubcommand(new PassCommand.Decode(terminal, catalog))
                .addSubcommand(new PassCommand.Reconstruct(terminal, catalog))
                .addSubcommand(new LatentCommand(terminal, catalog))
                .addSubcommand(new SampleCommand(terminal))
                .addSubcommand(new CompareCommand(terminal));
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF))
                .setOut(Terminal.writer(terminal.out()))
                .setErr(Terminal.writer(terminal.err()))
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((e, args) -> wrongUsage(e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e));
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
