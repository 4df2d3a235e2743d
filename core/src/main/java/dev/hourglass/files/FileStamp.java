package dev.hourglass.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a file was when its reading began, to find out whether somebody has written to it since or put another in its
 * place. One that was deleted counts as unchanged: who has it open reads what it was.
 *
 * @param bytes its length
 * @param written when it was written last, as precise as the file system tells
 * @param key the file's identity where the system has one, null elsewhere
 */
public record FileStamp(
        Path file, long bytes, FileTime written, @Nullable Object key) {
    private static final String WAY_OUT = "Wait until the program that writes it is done, and start again.";

    private static final AtomicInteger SAFEPOINTS = new AtomicInteger(2);

    /** What reads a file in one go. */
    @FunctionalInterface
    public interface Reading<T, E extends Exception> {
        T read() throws E;
    }

    /** @throws IOException if there is no such file or it can't be looked at */
    public static FileStamp of(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileStamp(file, now.size(), now.lastModifiedTime(), now.fileKey());
    }

    /**
     * Reads a file in one go, and only if it stays as it is.
     *
     * @return what the reading returns
     * @throws FileChangedException if it did not, whatever the reading made of it
     */
    public static <T, E extends Exception> T whileUnchanged(Path file, Reading<T, E> reading) throws E {
        FileStamp before;
        try {
            before = of(file);
        } catch (IOException e) {
            return reading.read(); // which says by itself what is wrong
        }
        T read;
        try {
            read = reading.read();
        } catch (Throwable e) {
            before.change().ifPresent(change -> {
                throw new FileChangedException(change, e);
            });
            throw e;
        }
        before.requireUnchanged();
        return read;
    }

    /** @throws FileChangedException if the file has changed */
    public void requireUnchanged() {
        change().ifPresent(change -> {
            throw new FileChangedException(change);
        });
    }

    /**
     * To be called after each reading of a file that is mapped into memory, before what was read is used. Where a page is
     * no longer backed by the file, compiled code skips the read, and the JVM throws at the thread's next safepoint only.
     * The end of a loop whose count the compiler can't know has one.
     *
     * @throws InternalError if a page was missing
     */
    public static void awaitFault() {
        for (int rounds = 0; rounds < SAFEPOINTS.get(); ) {
            rounds++;
        }
    }

    /**
     * For who has just failed to read a part of the file that was there before.
     *
     * @param cause such as the fault of reading memory that is no longer backed by the file
     */
    public FileChangedException cutShort(Throwable cause) {
        return change().map(change -> new FileChangedException(change, cause)).orElseGet(() -> cutShort(file, cause));
    }

    /** The same, where nobody knows what the file was. */
    public static FileChangedException cutShort(Path file, Throwable cause) {
        return new FileChangedException(
                file + " was cut short while it was read, or its disk failed. " + WAY_OUT, cause);
    }

    /** What a message says of it, the way out included; empty if nothing has changed. */
    private Optional<String> change() {
        FileStamp now;
        try {
            now = of(file);
        } catch (IOException e) {
            return Optional.empty();
        }
        if (equals(now)) {
            return Optional.empty();
        }
        // What took its place may be a link to a file that is nobody's business.
        String found = Objects.equals(key, now.key)
                ? String.format(Locale.ROOT, "and has %,d, written %s", now.bytes, now.written)
                : "and another file is in its place now";
        return Optional.of(String.format(
                Locale.ROOT,
                "%s changed while it was read: it had %,d bytes, written %s, %s. %s",
                file,
                bytes,
                written,
                found,
                WAY_OUT));
    }
}
