package dev.hourglass.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A folder that may be a stranger's: nothing that is opened, listed, written or deleted through it lies outside.
 *
 * <ul>
 *   <li>What is in it goes by a name relative to it, with {@code /} between folders, such as {@code results/metrics.json}.
 *       A name has no {@code ..}, no backslash and no control character, and means what has exactly that name.
 *   <li>It is anchored: {@link #open} resolves the path that it gets, which may lead through links, once. Below, no link
 *       is followed at any level, and nothing is found any more if the folder was moved away, deleted or replaced.
 *   <li>Only regular files are opened. What else stands in a file's place is refused at once, in words.
 *   <li>Whoever reads says how many bytes at most; that is held against the file's size before anything is read.
 *   <li>Files are replaced whole or not at all.
 * </ul>
 *
 * <p>It works on descriptors of the folders where the platform has them, so it holds while somebody else exchanges
 * folders for links. One race is left: opening a pipe that takes a file's place in the instant between look and open
 * waits for the pipe's other end. Nothing is kept open between two calls; a {@code ConfinedFolder} can be shared between threads.
 *
 * <p>All methods throw {@link RefusedFileException} for what is not to be opened, {@link NoSuchFileException} for what is
 * not there, and another {@link IOException} where the disk fails.
 */
public final class ConfinedFolder {
    /** Folders in folders; what lies deeper is not listed. */
    private static final int MOST_LEVELS = 32;

    /** More entries than that are no run's. */
    private static final int MOST_ENTRIES = 100_000;

    /** A channel keeps as much memory outside the heap as it ever reads at once, for each thread. */
    private static final int MOST_AT_ONCE = 1 << 20;

    /**
     * Something in the folder.
     *
     * @param name relative to the folder, as the other methods take it
     * @param bytes of a file
     * @param key tells it from another that takes its place, as long as one of both is open; null where the platform has
     *     no such thing
     */
    public record Entry(
            String name,
            FileKind kind,
            long bytes,
            FileTime modified,
            @Nullable Object key) {}

    private final Path path;
    /** Tells this folder from another that takes its place; null where the platform has no such thing. */
    private final @Nullable Object key;

    private final FolderHandle.Opener opener;

    private ConfinedFolder(Path path, @Nullable Object key, FolderHandle.Opener opener) {
        this.path = path;
        this.key = key;
        this.opener = opener;
    }

    /**
     * @param folder one that exists; may be a link to one, or lead through links
     * @throws NoSuchFileException if there is nothing
     * @throws NotDirectoryException if it is something else
     */
    public static ConfinedFolder open(Path folder) throws IOException {
        return open(folder, FolderHandle::open);
    }

    static ConfinedFolder open(Path folder, FolderHandle.Opener opener) throws IOException {
        Path real = folder.toRealPath();
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (!attributes.isDirectory()) {
            throw new NotDirectoryException(folder.toString());
        }
        return new ConfinedFolder(real, attributes.fileKey(), opener);
    }

    /** Makes the folder, and those that it lies in, if needed. */
    public static ConfinedFolder create(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        return open(folder);
    }

    /** A folder in this one, which must exist. */
    public ConfinedFolder folder(String name) throws IOException {
        Place place = Place.of(name);
        try (FolderHandle handle = descend(place.all(), false)) {
            return new ConfinedFolder(handle.path(), handle.attributes().fileKey(), opener);
        }
    }

    /** Its real path, for messages and for those who only name it. */
    public Path path() {
        return path;
    }

    /** Where something lies, for messages. */
    public Path path(String name) {
        return path.resolve(name);
    }

    /** What has this name, a link being a link; empty if nothing has. */
    public Optional<Entry> find(String name) throws IOException {
        Place place = Place.of(name);
        try (FolderHandle handle = descend(place.folders(), false)) {
            return handle.find(place.last()).map(found -> entry(handle, name, place.last(), found));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether there is a regular file of this name. */
    public boolean hasFile(String name) throws IOException {
        return find(name).filter(entry -> entry.kind() == FileKind.FILE).isPresent();
    }

    /** What is in the folder itself, by name, whatever kind it is; what has a name that no method takes is left out. */
    public List<Entry> list() throws IOException {
        return list(List.of());
    }

    /** What is in a folder of this one; none if that is not there. */
    public List<Entry> list(String folder) throws IOException {
        try {
            return list(Place.of(folder).all());
        } catch (NoSuchFileException e) {
            requireThere();
            return List.of();
        }
    }

    /**
     * The names of what {@link #list(String)} lists, in no order: nothing is asked about each of it, which in a folder of
     * many files takes most of the time.
     */
    public List<String> names(String folder) throws IOException {
        List<String> folders = Place.of(folder).all();
        try (FolderHandle handle = descend(folders, false)) {
            String prefix = prefix(folders);
            return namesIn(handle).stream().map(name -> prefix + name).toList();
        } catch (NoSuchFileException e) {
            requireThere();
            return List.of();
        }
    }

    /** As {@link #names(String)}, of the folder itself. */
    public List<String> names() throws IOException {
        try (FolderHandle handle = root()) {
            return namesIn(handle);
        }
    }

    /** Whether there is nothing in the folder, not even what {@link #list} leaves out. */
    public boolean isEmpty() throws IOException {
        try (FolderHandle handle = root()) {
            return handle.names(0).isEmpty();
        }
    }

    /** All regular files, of folders in it as well, by name. What is no file is not among them, nor what lies very deep. */
    public List<Entry> files() throws IOException {
        List<Entry> files = new ArrayList<>();
        addFiles(List.of(), files);
        files.sort(Comparator.comparing(Entry::name));
        return files;
    }

    private void addFiles(List<String> folders, List<Entry> files) throws IOException {
        for (Entry entry : list(folders)) {
            if (entry.kind() == FileKind.FILE) {
                files.add(entry);
                requireFew(files.size());
            } else if (entry.kind() == FileKind.FOLDER && folders.size() < MOST_LEVELS) {
                try {
                    addFiles(Place.of(entry.name()).all(), files);
                } catch (NoSuchFileException e) {
                    // Deleted meanwhile.
                }
            }
        }
    }

    private List<Entry> list(List<String> folders) throws IOException {
        String prefix = prefix(folders);
        List<Entry> entries = new ArrayList<>();
        try (FolderHandle handle = descend(folders, false)) {
            for (String name : namesIn(handle)) {
                handle.find(name).ifPresent(found -> entries.add(entry(handle, prefix + name, name, found)));
            }
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    private static String prefix(List<String> folders) {
        return folders.isEmpty() ? "" : String.join("/", folders) + "/";
    }

    private List<String> namesIn(FolderHandle handle) throws IOException {
        List<String> names = handle.names(MOST_ENTRIES);
        requireFew(names.size());
        return names.stream().filter(Place::isName).toList();
    }

    private void requireFew(int entries) throws RefusedFileException {
        if (entries > MOST_ENTRIES) {
            throw new RefusedFileException(path, String.format(Locale.ROOT, "has more than %,d entries", MOST_ENTRIES));
        }
    }

    private static Entry entry(FolderHandle folder, String name, String last, BasicFileAttributes found) {
        FileKind kind = FileKind.of(folder.path().resolve(last), found);
        return new Entry(
                name, kind, kind == FileKind.FILE ? found.size() : 0, found.lastModifiedTime(), found.fileKey());
    }

    /**
     * Reads a file whole.
     *
     * @param mostBytes that it may have
     */
    public byte[] read(String name, int mostBytes) throws IOException {
        try (FileChannel channel = open(name, mostBytes)) {
            requireMemory(path(name), channel.size(), FreeHeap::freeBytes);
            byte[] bytes = new byte[Math.toIntExact(channel.size())];
            int count = 0;
            while (count < bytes.length) {
                int most = Math.min(MOST_AT_ONCE, bytes.length - count);
                int read = channel.read(ByteBuffer.wrap(bytes, count, most));
                if (read < 0) {
                    return Arrays.copyOf(bytes, count); // cut short meanwhile: what is left
                }
                count += read;
            }
            return bytes;
        }
    }

    /** Reads a file of UTF-8 whole; see {@link #read}. */
    public String readText(String name, int mostBytes) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(read(name, mostBytes)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RefusedFileException(path(name), "is not UTF-8 text");
        }
    }

    /**
     * Opens a file for reading.
     *
     * @param mostBytes that it may have; {@link Long#MAX_VALUE} for whoever reads it piece by piece
     */
    public FileChannel open(String name, long mostBytes) throws IOException {
        FileChannel channel = open(name, Set.of(StandardOpenOption.READ), false);
        try {
            requireAtMost(path(name), channel.size(), mostBytes);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Else it would look as if what is computed took too much. */
    static void requireMemory(Path file, long bytes, LongSupplier freeBytes) throws RefusedFileException {
        if (!FreeHeap.holds(bytes, freeBytes)) {
            throw new RefusedFileException(
                    file,
                    "has " + Failures.size(bytes) + ", and of Java's memory " + Failures.size(freeBytes.getAsLong())
                            + " are free; it can be given more with HOURGLASS_JAVA_OPTS=-Xmx");
        }
    }

    static void requireAtMost(Path file, long bytes, long mostBytes) throws RefusedFileException {
        if (bytes > mostBytes) {
            throw new RefusedFileException(
                    file, "has " + Failures.size(bytes) + ", at most " + Failures.size(mostBytes) + " are read");
        }
    }

    /**
     * Creates a file, for reading and writing; folders that are missing are made.
     *
     * @throws FileAlreadyExistsException if anything has the name
     */
    public FileChannel create(String name) throws IOException {
        Place place = Place.of(name);
        try (FolderHandle handle = descend(place.folders(), true)) {
            return handle.open(
                    place.last(),
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
        }
    }

    /** Opens a file that is there, to read it and to write into it. One that has other names as well is refused. */
    public FileChannel update(String name) throws IOException {
        return open(name, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE), true);
    }

    /** Opens a file to write at its end; it is created if needed. One that has other names as well is refused. */
    public FileChannel append(String name) throws IOException {
        try {
            create(name).close();
        } catch (FileAlreadyExistsException e) {
            // To be appended to.
        }
        return open(name, Set.of(StandardOpenOption.APPEND), true);
    }

    /** @param alone whether it may have no other name, since writing into it would change what has that name */
    private FileChannel open(String name, Set<? extends OpenOption> options, boolean alone) throws IOException {
        Place place = Place.of(name);
        try (FolderHandle handle = descend(place.folders(), false)) {
            Path file = handle.path().resolve(place.last());
            BasicFileAttributes before = requireFile(handle, place.last());
            if (alone && names(file) > 1) {
                throw new RefusedFileException(file, "has other names as well (hard links)");
            }
            FileChannel channel;
            try {
                channel = handle.open(place.last(), options);
            } catch (IOException e) {
                requireSame(handle, place.last(), before);
                // Whoever opens a link is told no more than "too many levels", and it may be gone again by now.
                throw isOfLink(e) ? new RefusedFileException(file, "was a link while it was opened") : e;
            }
            try {
                requireSame(handle, place.last(), before);
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }
    }

    private static void requireSame(FolderHandle folder, String name, BasicFileAttributes before) throws IOException {
        if (!Objects.equals(requireFile(folder, name).fileKey(), before.fileKey())) {
            throw new RefusedFileException(folder.path().resolve(name), "was replaced while it was opened");
        }
    }

    private static boolean isOfLink(IOException e) {
        return e.getClass() == IOException.class
                && String.valueOf(e.getMessage()).contains("NOFOLLOW_LINKS");
    }

    private static int names(Path file) throws IOException {
        try {
            return (Integer) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return 1; // The platform does not tell.
        }
    }

    /** Writes UTF-8, replacing what was there; see {@link #write(String, AtomicFile.Content)}. */
    public void write(String name, String text) throws IOException {
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes, replacing what was there; see {@link #write(String, AtomicFile.Content)}. */
    public void write(String name, byte[] bytes) throws IOException {
        write(name, channel -> AtomicFile.writeAll(channel, ByteBuffer.wrap(bytes)));
    }

    /** Writes a file piece by piece, whole or not at all, replacing one that was there; folders that are missing are made. */
    public <E extends Exception> void write(String name, AtomicFile.Content<E> content) throws IOException, E {
        write(name, content, written -> {});
    }

    /**
     * Writes a file piece by piece and looks at it before it replaces what was there; see {@link AtomicFile}.
     *
     * @param check reads the file through the handle that it was written through
     * @throws E if the content or the check throws it; like any failure, this leaves an earlier file as it was
     */
    public <E extends Exception> void write(String name, AtomicFile.Content<E> content, AtomicFile.Check<E> check)
            throws IOException, E {
        Place place = Place.of(name);
        try (FolderHandle handle = descend(place.folders(), true)) {
            requireReplaceable(handle, place.last());
            String temporary = "." + place.last() + "-" + UUID.randomUUID() + AtomicFile.TEMPORARY;
            try {
                try (FileChannel channel = handle.open(
                        temporary,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
                    AtomicFile.writeChecked(channel, content, check);
                }
                handle.move(temporary, handle, place.last());
            } finally {
                deleteIfThere(handle, temporary);
            }
            force(handle);
        }
    }

    /** Gives a file another name in this folder, replacing one that has it; folders that are missing are made. */
    public void move(String name, String newName) throws IOException {
        Place from = Place.of(name);
        Place to = Place.of(newName);
        try (FolderHandle source = descend(from.folders(), false);
                FolderHandle target = descend(to.folders(), true)) {
            requireFile(source, from.last());
            requireReplaceable(target, to.last());
            source.move(from.last(), target, to.last());
            force(target);
        }
    }

    /**
     * Gives a folder another name in this one; folders that are missing are made.
     *
     * @throws FileAlreadyExistsException if anything has that name
     */
    public void moveFolder(String name, String newName) throws IOException {
        Place from = Place.of(name);
        Place to = Place.of(newName);
        try (FolderHandle source = descend(from.folders(), false);
                FolderHandle target = descend(to.folders(), true)) {
            BasicFileAttributes found = source.find(from.last())
                    .orElseThrow(() -> new NoSuchFileException(path(name).toString()));
            requireFolder(path(name), found);
            if (target.find(to.last()).isPresent()) {
                throw new FileAlreadyExistsException(path(newName).toString());
            }
            source.move(from.last(), target, to.last());
            force(target);
        }
    }

    /** Deletes a folder with all that is in it, links themselves and not what they lead to. */
    public void deleteTree(String name) throws IOException {
        for (Entry entry : list(name)) {
            if (entry.kind() == FileKind.FOLDER) {
                deleteTree(entry.name());
            } else {
                delete(entry.name());
            }
        }
        deleteEmptyFolder(name);
    }

    /**
     * Deletes a file. What else has the name is deleted itself, never what a link leads to; a folder is refused.
     *
     * @return whether there was one
     */
    public boolean delete(String name) throws IOException {
        Place place = Place.of(name);
        try (FolderHandle handle = descend(place.folders(), false)) {
            Optional<BasicFileAttributes> found = handle.find(place.last());
            if (found.isPresent() && found.get().isDirectory()) {
                throw new RefusedFileException(handle.path().resolve(place.last()), "is a folder, expected a file");
            }
            return deleteIfThere(handle, place.last());
        } catch (NoSuchFileException e) {
            requireThere();
            return false;
        }
    }

    /**
     * Deletes a folder if it is empty.
     *
     * @return whether it is gone now
     */
    public boolean deleteEmptyFolder(String name) throws IOException {
        Place place = Place.of(name);
        try (FolderHandle handle = descend(place.folders(), false)) {
            Optional<BasicFileAttributes> found = handle.find(place.last());
            if (found.isPresent()) {
                requireFolder(handle.path().resolve(place.last()), found.get());
                handle.deleteFolder(place.last());
            }
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        } catch (NoSuchFileException e) {
            requireThere();
            return true;
        }
    }

    /** Makes a folder, and those that it lies in, if needed. */
    public void createFolder(String name) throws IOException {
        descend(Place.of(name).all(), true).close();
    }

    /** @throws RefusedFileException if the folder was deleted, moved away or replaced since it was opened */
    public void requireThere() throws IOException {
        root().close();
    }

    private FolderHandle root() throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new RefusedFileException(path, "is no longer there; it was deleted or moved away");
        }
        requireFolder(path, found);
        FolderHandle handle = opener.open(path);
        if (!Objects.equals(handle.attributes().fileKey(), key)) {
            handle.close();
            throw new RefusedFileException(path, "is no longer the same folder; it was replaced");
        }
        return handle;
    }

    /** Opens folder by folder. */
    private FolderHandle descend(List<String> folders, boolean make) throws IOException {
        FolderHandle at = root();
        for (String folder : folders) {
            try (FolderHandle above = at) {
                at = below(above, folder, make);
            }
        }
        return at;
    }

    private static FolderHandle below(FolderHandle above, String name, boolean make) throws IOException {
        Path folder = above.path().resolve(name);
        Optional<BasicFileAttributes> found = above.find(name);
        if (found.isEmpty() && make) {
            try {
                above.createFolder(name);
            } catch (FileAlreadyExistsException e) {
                // By somebody else at the same time.
            }
            found = above.find(name);
        }
        requireFolder(folder, found.orElseThrow(() -> new NoSuchFileException(folder.toString())));
        return above.folder(name);
    }

    private static void requireFolder(Path folder, BasicFileAttributes found) throws RefusedFileException {
        if (!found.isDirectory()) {
            throw refused(folder, found, "a folder");
        }
    }

    private static BasicFileAttributes requireFile(FolderHandle folder, String name) throws IOException {
        Path file = folder.path().resolve(name);
        BasicFileAttributes found = folder.find(name).orElseThrow(() -> new NoSuchFileException(file.toString()));
        if (!found.isRegularFile()) {
            throw refused(file, found, "a file");
        }
        return found;
    }

    private static void requireReplaceable(FolderHandle folder, String name) throws IOException {
        if (folder.find(name).isPresent()) {
            requireFile(folder, name);
        }
    }

    private static RefusedFileException refused(Path path, BasicFileAttributes found, String expected) {
        return new RefusedFileException(path, "is " + FileKind.of(path, found).words() + ", expected " + expected);
    }

    private static boolean deleteIfThere(FolderHandle folder, String name) throws IOException {
        try {
            folder.delete(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void force(FolderHandle folder) {
        try {
            folder.force();
        } catch (IOException ignored) {
            // Not every system can; the file is in place all the same.
        }
    }

    /** A name taken apart. */
    private record Place(List<String> folders, String last) {
        static Place of(String name) throws RefusedFileException {
            List<String> parts = List.of(name.split("/", -1));
            for (String part : parts) {
                if (!isName(part)) {
                    throw new RefusedFileException(name, "is not the name of a file in a folder");
                }
            }
            return new Place(parts.subList(0, parts.size() - 1), parts.getLast());
        }

        static boolean isName(String part) {
            return !part.isEmpty()
                    && !part.equals(".")
                    && !part.equals("..")
                    && part.chars().noneMatch(c -> c == '\\' || c == '/' || Character.isISOControl(c))
                    && isPath(part);
        }

        /** Windows has more that is no name, such as a drive's. */
        private static boolean isPath(String part) {
            try {
                Path path = Path.of(part);
                return !path.isAbsolute() && path.getRoot() == null && path.getNameCount() == 1;
            } catch (InvalidPathException e) {
                return false;
            }
        }

        List<String> all() {
            List<String> all = new ArrayList<>(folders);
            all.add(last);
            return all;
        }
    }
}
