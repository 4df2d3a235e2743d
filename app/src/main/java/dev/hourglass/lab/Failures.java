package dev.hourglass.lab;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/** Says what went wrong with a file in words a user knows. */
public final class Failures {
    private Failures() {}

    /** Such as {@code no permission} or {@code No space left on device}; without the file's name, on one line. */
    public static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException ignored -> "no permission";
            case NoSuchFileException ignored -> "it does not exist";
            case NotDirectoryException ignored -> "it is not a folder";
            case FileSystemException file -> oneLine(Objects.requireNonNullElse(file.getReason(), file.toString()));
            default -> oneLine(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        };
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
