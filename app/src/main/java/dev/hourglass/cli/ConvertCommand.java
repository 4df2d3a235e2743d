package dev.hourglass.cli;

import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hourglass convert}: converts a model file to another format, whole or one half of it. */
@Command(
        name = "convert",
        header = "Convert a model to another format, whole or one half of it.",
        description = {
            "",
            "The new file is read back and run before it is put in place. If its outputs differ from the model's by"
                    + " more"
                    + " than 1e-5, nothing is written."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass convert old.h5 new.keras",
            "  hourglass convert cnn.keras cnn_encoder.keras --part encoder",
            "  hourglass convert cnn.keras cnn_decoder.h5 --part decoder",
            "  hourglass convert cnn.keras cnn.onnx"
        })
final class ConvertCommand implements Runnable {
    private static final List<String> FORMATS = List.of(".keras", ".h5", ".hdf5", ".onnx");

    private final Terminal terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Parameters(index = "1", paramLabel = "TO", description = "The file to write: .keras, .h5 or .onnx.")
    private Path to = Path.of("");

    @Option(
            names = "--part",
            paramLabel = "PART",
            description = "autoencoder for the whole model (the default), encoder or decoder.")
    private Part part = Part.AUTOENCODER;

    /** What of a model is written. */
    enum Part {
        AUTOENCODER,
        ENCODER,
        DECODER
    }

    ConvertCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        String name = to.toString().toLowerCase(Locale.ROOT);
        if (FORMATS.stream().noneMatch(name::endsWith)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Can't write " + to + ": expected a name that ends with " + String.join(", ", FORMATS));
        }
        SavedModel whole = model.read();
        SavedModel written = switch (part) {
            case AUTOENCODER -> whole;
            case ENCODER -> whole.encoder();
            case DECODER -> whole.decoder();
        };
        try {
            ModelFile.write(written, to);
        } catch (IOException e) {
            throw CommandException.unwritable(to, e);
        }
        terminal.println("Model '" + written.name() + "', " + written.input() + " to "
                + (written.graph().outputs().size() == 1 ? written.output() : written.describeOutputs()) + ", is in "
                + to + "; read back, it computes the same");
    }
}
