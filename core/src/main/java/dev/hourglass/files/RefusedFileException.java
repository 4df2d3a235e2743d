package dev.hourglass.files;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What stands in a file's place is not opened, whatever is done about disks and permissions: it is a link or a pipe, it
 * is larger than what is read, or its folder is gone. Trying again does not help.
 */
public final class RefusedFileException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** @param reason what was found, such as {@code is a named pipe, expected a file} */
    RefusedFileException(Path file, String reason) {
        this(file.toString(), reason);
    }

    RefusedFileException(String file, String reason) {
        super(file, null, reason);
        this.reason = reason;
    }

    /** A sentence without its end, such as {@code /runs/one/run.json is a symbolic link, expected a file}. */
    @Override
    public String getMessage() {
        return getFile() + " " + reason;
    }

    @Override
    public String getReason() {
        return Objects.requireNonNull(reason);
    }
}
