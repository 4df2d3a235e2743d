package dev.hourglass.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open folder whose entries are reached by their names, one level at a time. No call follows a link; what is a link is
 * the caller's to look at first, with {@link #find}.
 */
sealed interface FolderHandle extends Closeable {
    /** How the first folder is opened, from which others are reached. */
    @FunctionalInterface
    interface Opener {
        FolderHandle open(Path folder) throws IOException;
    }

    /** @param folder that exists; the last name of its path may be no link */
    @SuppressWarnings("StreamResourceLeak") // The handle closes it.
    static FolderHandle open(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return new Secure(folder, secure);
        }
        stream.close();
        return checked(folder);
    }

    /** As on a platform that has no descriptors of folders. */
    static FolderHandle checked(Path folder) throws IOException {
        return new Checked(folder, null);
    }

    Path path();

    /** Its own. */
    BasicFileAttributes attributes() throws IOException;

    /** Those of an entry, of a link itself; empty if there is none of exactly this name. */
    Optional<BasicFileAttributes> find(String name) throws IOException;

    /** A folder in this one. */
    FolderHandle folder(String name) throws IOException;

    FileChannel open(String name, Set<? extends OpenOption> options) throws IOException;

    void delete(String name) throws IOException;

    /** Only an empty one. */
    void deleteFolder(String name) throws IOException;

    /** Replaces what is there, at one instant. */
    void move(String name, FolderHandle into, String newName) throws IOException;

    /** At most so many names, and one more if there are more. Can be called once. */
    List<String> names(int most) throws IOException;

    /** What was created, moved or deleted here reaches the disk. */
    void force() throws IOException;

    /**
     * Where the platform can make a folder only by its path: its own name is not followed, and who goes on through
     * {@link #folder} notices if one above was exchanged meanwhile. Then an empty folder is left elsewhere, no more.
     */
    default void createFolder(String name) throws IOException {
        Files.createDirectory(path().resolve(name));
    }

    /** On a descriptor of the folder: whatever happens to the path meanwhile, the folder is this one. */
    record Secure(Path path, SecureDirectoryStream<Path> stream) implements FolderHandle {
        private Path relative(String name) {
            return path.getFileSystem().getPath(name);
        }

        @Override
        public BasicFileAttributes attributes() throws IOException {
            return stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
        }

        @Override
        public Optional<BasicFileAttributes> find(String name) throws IOException {
            try {
                BasicFileAttributes found = stream.getFileAttributeView(
                                relative(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes();
                return Optional.of(found).filter(ignored -> isNamed(path, name));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }

        @Override
        public FolderHandle folder(String name) throws IOException {
            return new Secure(path.resolve(name), stream.newDirectoryStream(relative(name), LinkOption.NOFOLLOW_LINKS));
        }

        @Override
        public FileChannel open(String name, Set<? extends OpenOption> options) throws IOException {
            SeekableByteChannel channel = stream.newByteChannel(relative(name), withoutLinks(options));
            if (channel instanceof FileChannel file) {
                return file;
            }
            channel.close();
            throw new FileSystemException(path.resolve(name).toString(), null, "cannot be locked or forced here");
        }

        @Override
        public void delete(String name) throws IOException {
            stream.deleteFile(relative(name));
        }

        @Override
        public void deleteFolder(String name) throws IOException {
            stream.deleteDirectory(relative(name));
        }

        @Override
        public void move(String name, FolderHandle into, String newName) throws IOException {
            if (!(into instanceof Secure other)) {
                throw new IllegalArgumentException("both folders must be of one file system");
            }
            stream.move(relative(name), other.stream, relative(newName));
        }

        @Override
        public List<String> names(int most) throws IOException {
            return collect(stream, most);
        }

        @Override
        public void force() throws IOException {
            try (FileChannel folder = open(".", Set.of(StandardOpenOption.READ))) {
                folder.force(true);
            }
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /**
     * By paths, where the platform has nothing better: looked at before and, where something was opened, once more
     * after it.
     *
     * @param above null for the first
     * @param key tells a folder from another in its place; null where the platform has none
     */
    record Checked(
            Path path, @Nullable Checked above, @Nullable Object key) implements FolderHandle {
        Checked(Path path, @Nullable Checked above) throws IOException {
            this(path, above, attributes(path).fileKey());
        }

        private static BasicFileAttributes attributes(Path path) throws IOException {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }

        private void requireUnchanged() throws IOException {
            BasicFileAttributes now = attributes(path);
            if (!now.isDirectory() || !Objects.equals(now.fileKey(), key)) {
                throw new RefusedFileException(path, "was replaced while it was in use");
            }
            if (above != null) {
                above.requireUnchanged();
            }
        }

        @Override
        public BasicFileAttributes attributes() throws IOException {
            return attributes(path);
        }

        @Override
        public Optional<BasicFileAttributes> find(String name) throws IOException {
            requireUnchanged();
            try {
                return Optional.of(attributes(path.resolve(name))).filter(ignored -> isNamed(path, name));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }

        @Override
        public FolderHandle folder(String name) throws IOException {
            return new Checked(path.resolve(name), this);
        }

        @Override
        public FileChannel open(String name, Set<? extends OpenOption> options) throws IOException {
            FileChannel channel = FileChannel.open(path.resolve(name), withoutLinks(options));
            try {
                requireUnchanged();
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public void delete(String name) throws IOException {
            requireUnchanged();
            Files.delete(path.resolve(name));
        }

        @Override
        public void deleteFolder(String name) throws IOException {
            requireUnchanged();
            Files.delete(path.resolve(name));
        }

        @Override
        public void move(String name, FolderHandle into, String newName) throws IOException {
            requireUnchanged();
            Files.move(path.resolve(name), into.path().resolve(newName), StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public List<String> names(int most) throws IOException {
            requireUnchanged();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
                return collect(entries, most);
            }
        }

        @Override
        public void force() throws IOException {
            try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
                folder.force(true);
            }
        }

        @Override
        public void close() {}
    }

    /** Some systems find {@code RUN.JSON} under the name {@code run.json}. */
    private static boolean isNamed(Path folder, String name) {
        try {
            Path real = folder.resolve(name).toRealPath(LinkOption.NOFOLLOW_LINKS);
            return String.valueOf(real.getFileName()).equals(name);
        } catch (IOException e) {
            return true; // The folder was exchanged meanwhile; who opens it finds out.
        }
    }

    private static List<String> collect(DirectoryStream<Path> entries, int most) throws IOException {
        List<String> names = new ArrayList<>();
        try {
            for (Path entry : entries) {
                names.add(String.valueOf(entry.getFileName()));
                if (names.size() > most) {
                    break;
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    private static Set<OpenOption> withoutLinks(Set<? extends OpenOption> options) {
        Set<OpenOption> all = new HashSet<>(options);
        all.add(LinkOption.NOFOLLOW_LINKS);
        return all;
    }
}
