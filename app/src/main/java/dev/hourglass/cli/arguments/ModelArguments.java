package dev.hourglass.cli.arguments;

import dev.hourglass.cli.CommandException;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model that a command works with. */
public final class ModelArguments {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A model file: .keras, or .h5 written by Keras.")
    private Path file = Path.of("");

    @Option(
            names = "--waist",
            paramLabel = "LAYER",
            description =
                    "The layer whose output is the code (default: the one stored in the file, else the narrowest value in the"
                            + " middle).")
    private @Nullable String waist;

    public Path file() {
        return file;
    }

    public SavedModel read() {
        try {
            return waist == null ? ModelFile.read(file) : ModelFile.read(file, waist);
        } catch (IOException e) {
            throw CommandException.unreadable(file, e);
        }
    }
}
