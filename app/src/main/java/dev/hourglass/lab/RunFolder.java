package dev.hourglass.lab;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.Failures;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder a run leaves. While the run goes on it holds a file {@code INCOMPLETE}, which is created first, claims the
 * folder for this run and is deleted last, after run.json is written: a folder with run.json and without INCOMPLETE is a
 * finished run, whatever happened to the process. Closed before {@link #complete}, the folder and all this run wrote
 * are removed, and only what it wrote: files that somebody else put there stay.
 *
 * <p>The work is done in place and not in a sibling that is renamed at the end, because the folder may be a mount point
 * (a container's volume), which no rename can replace.
 */
final class RunFolder implements AutoCloseable {
    static final String INCOMPLETE = "INCOMPLETE";
    /** Figures of four megabytes, tables and the report, with room to spare. */
    private static final long NEEDED_BYTES = 64L << 20;

    private final Path path;
    /** Folders that this run made, outermost first, and files that it wrote, in order. */
    private final List<Path> made = new ArrayList<>();

    private boolean complete;

    private RunFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes the folder, or takes an empty one.
     *
     * @throws LabException if it holds anything, cannot be made or written, or its disk is almost full
     */
    static RunFolder create(Path path) {
        RunFolder folder = new RunFolder(path.toAbsolutePath().normalize());
        try {
            folder.claim(path);
        } catch (IOException e) {
            folder.close();
            throw new LabException(
                    "Run folder " + path + " cannot be made: " + Failures.reason(e)
                            + ". Choose another with --out DIR.",
                    e);
        } catch (LabException e) {
            folder.close();
            throw e;
        }
        return folder;
    }

    private void claim(Path asGiven) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new LabException(
                    "Run folder " + asGiven + " must be a folder, found a file. Choose another with --out DIR.");
        }
        if (Files.exists(path.resolve(INCOMPLETE))) {
            throw new LabException(
                    "Run folder " + asGiven + " must be new or empty, found a run in progress or one that was"
                            + " killed (it has a file INCOMPLETE). Delete it if nothing runs there, or choose another with --out DIR.");
        }
        if (Files.exists(path) && !isEmpty(path)) {
            throw new LabException("Run folder " + asGiven
                    + " must be new or empty, found files in it. Choose another with --out DIR.");
        }
        makeFolders(path);
        long free = Files.getFileStore(path).getUsableSpace();
        if (free < NEEDED_BYTES) {
            throw new LabException("Run folder " + asGiven + " needs 64 MB of disk space, found " + (free >> 20)
                    + " MB free. Free some, or choose a folder on another disk with --out DIR.");
        }
        try {
            writeNew(INCOMPLETE, "This run is still going on, or was killed; what is here is not whole.\n");
        } catch (FileAlreadyExistsException e) {
            throw new LabException(
                    "Run folder " + asGiven + " was just taken by another run. Choose another with --out DIR.", e);
        }
    }

    Path path() {
        return path;
    }

    /**
     * Where to write a file; its folder is made.
     *
     * @param name such as {@code plots/comparison.png}
     */
    Path file(String name) {
        Path file = path.resolve(name);
        try {
            makeFolders(file.getParent() == null ? path : file.getParent());
        } catch (IOException e) {
            throw notWritten(file, e);
        }
        made.add(file);
        return file;
    }

    void write(String name, String text) {
        Path file = file(name);
        try {
            AtomicFile.write(file, text);
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    /** For whoever writes a file by itself. */
    static LabException notWritten(Path file, IOException e) {
        return new LabException(
                file + " cannot be written: " + Failures.reason(e)
                        + ". Make room or choose another folder with --out DIR; the run was not kept.",
                e);
    }

    /** Everything is written: the folder stays and counts as a finished run. */
    void complete() {
        try {
            Files.delete(path.resolve(INCOMPLETE));
        } catch (IOException e) {
            throw notWritten(path.resolve(INCOMPLETE), e);
        }
        complete = true;
    }

    @Override
    public void close() {
        if (complete) {
            return;
        }
        for (Path entry : made.reversed()) {
            try {
                Files.deleteIfExists(entry);
            } catch (DirectoryNotEmptyException e) {
                // Somebody else's files: not ours to delete.
            } catch (IOException e) {
                // INCOMPLETE is deleted last of all files; where one resists, the folder stays marked.
                return;
            }
        }
    }

    private void writeNew(String name, String text) throws IOException {
        Path file = path.resolve(name);
        Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        made.add(file);
    }

    private void makeFolders(Path folder) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path next = folder; next != null && !Files.exists(next); next = next.getParent()) {
            missing.add(next);
        }
        for (Path next : missing.reversed()) {
            Files.createDirectories(next);
            made.add(next);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
