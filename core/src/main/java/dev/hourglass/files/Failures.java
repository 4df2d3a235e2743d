package dev.hourglass.files;

import java.io.EOFException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Objects;

/** Says what went wrong with a file in words a user knows; several exceptions of the platform carry only its path. */
public final class Failures {
    private Failures() {}

    /** Such as {@code no permission} or {@code No space left on device}; without the file's name, on one line. */
    public static String reason(Throwable e) {
        return switch (e) {
            case AccessDeniedException ignored -> "no permission";
            case NoSuchFileException ignored -> "no such file or folder";
            case NotDirectoryException ignored -> "not a folder";
            case EOFException end -> oneLine(Objects.requireNonNullElse(end.getMessage(), "it ends too early"));
            case FileSystemException file -> oneLine(Objects.requireNonNullElse(file.getReason(), file.toString()));
            default ->
                oneLine(Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName()));
        };
    }

    /** Such as {@code 3.2 GB} or {@code 8 MB}; a unit is 1,024 of the one before. */
    public static String size(long bytes) {
        String[] units = {"bytes", "KB", "MB", "GB", "TB"};
        double number = bytes;
        int unit = 0;
        while (number >= 1024 && unit < units.length - 1) {
            number /= 1024;
            unit++;
        }
        String format = number == Math.rint(number) ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, format, number, units[unit]);
    }

    /** On one line, whatever it was. */
    public static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
