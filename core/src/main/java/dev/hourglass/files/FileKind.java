package dev.hourglass.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** What a name in a folder may stand for. Only a {@link #FILE} can be opened without surprises. */
public enum FileKind {
    FILE("a file"),
    FOLDER("a folder"),
    LINK("a symbolic link"),
    /** Opening one waits until somebody opens its other end. */
    PIPE("a named pipe"),
    SOCKET("a socket"),
    DEVICE("a device"),
    /** One of the three above, on a system that does not tell which. */
    OTHER("a pipe, a socket or a device");

    /** The type of a file in its mode; see {@code inode(7)}. */
    private static final int TYPE_MASK = 0170000;

    private static final int PIPE_TYPE = 0010000;
    private static final int SOCKET_TYPE = 0140000;

    private final String words;

    FileKind(String words) {
        this.words = words;
    }

    /** With its article, such as {@code a named pipe}. */
    public String words() {
        return words;
    }

    /**
     * @param path only looked at to tell a pipe from a device
     * @param attributes of what stands there
     */
    static FileKind of(Path path, BasicFileAttributes attributes) {
        if (attributes.isRegularFile()) {
            return FILE;
        }
        if (attributes.isDirectory()) {
            return FOLDER;
        }
        return attributes.isSymbolicLink() ? LINK : special(path);
    }

    private static FileKind special(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return switch (mode & TYPE_MASK) {
                case PIPE_TYPE -> PIPE;
                case SOCKET_TYPE -> SOCKET;
                default -> DEVICE;
            };
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return OTHER;
        }
    }
}
