package dev.hourglass.cli;

import dev.hourglass.files.Failures;
import java.io.IOException;
import java.nio.file.Path;

/** What keeps a command from doing its work: one line for the user, with the way out. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }

    public CommandException(String message) {
        super(message);
    }

    public static CommandException unreadable(Path model, IOException e) {
        return new CommandException(
                "Can't read model '" + model + "': " + Failures.reason(e)
                        + ". Give the path of a .keras or .h5 file that can be read.",
                e);
    }

    public static CommandException unwritable(Path file, IOException e) {
        return new CommandException(
                "Can't write " + file + ": " + Failures.reason(e) + ". Choose another file or make room.", e);
    }
}
