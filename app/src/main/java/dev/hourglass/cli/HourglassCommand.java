package dev.hourglass.cli;

import dev.hourglass.lab.run.Provenance;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code hourglass} itself: what all commands share. */
@Command(
        name = "hourglass",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = HourglassCommand.Version.class,
        header = "Train, compare, inspect and use convolutional and recurrent autoencoders.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%nParameters:%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:failed, for example because data is unavailable or a folder cannot be written",
            "2:wrong usage: a mistake on the command line or in a recipe",
            "130:interrupted with Ctrl-C"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass lab mnist                            the whole MNIST lab",
            "  hourglass lab mnist --limit 2000 --epochs 1    a first look, in seconds",
            "  hourglass data list                            the available data sets",
            "  hourglass inspect cnn.keras                    what a model file contains",
            "  hourglass encode cnn.keras --data mnist:test --out codes.npy",
            "  hourglass lab --help                           every command has help"
        })
final class HourglassCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        List<String> commands = List.copyOf(spec.subcommands().keySet());
        throw new ParameterException(
                spec.commandLine(),
                "Missing command: " + String.join(", ", commands.subList(0, commands.size() - 1)) + " or "
                        + commands.getLast());
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"hourglass " + Provenance.version()};
        }
    }
}
