package dev.hourglass.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that a user named, by a path of their own that may lead through links. Whoever is about to open one asks here
 * first: to open a pipe is to wait for its other end, and a device may have no end. What lies in a folder that may be a
 * stranger's is for {@link ConfinedFolder}.
 */
public final class RegularFile {
    private RegularFile() {}

    /** Opens a file for reading; throws what {@link #require} does. */
    public static InputStream open(Path file) throws IOException {
        require(file);
        return Files.newInputStream(file);
    }

    /** Opens a file for reading at any place; throws what {@link #require} does. */
    public static FileChannel openChannel(Path file) throws IOException {
        require(file);
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    /**
     * @throws RefusedFileException if it is a folder, pipe, socket or device
     * @throws NoSuchFileException if there is nothing
     * @throws IOException if it can't be looked at
     */
    public static void require(Path file) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        if (!found.isRegularFile()) {
            throw new RefusedFileException(
                    file, "is " + FileKind.of(file.toRealPath(), found).words() + ", expected a file");
        }
    }
}
