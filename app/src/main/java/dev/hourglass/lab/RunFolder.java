package dev.hourglass.lab;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.Failures;
import dev.hourglass.train.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder a run leaves. While the run goes on it holds a file {@code INCOMPLETE}, which is created first, claims the
 * folder for this run and is deleted last, after run.json is written: a folder with run.json and without INCOMPLETE is a
 * finished run, whatever happened to the process. One process at a time works on it: it holds a lock on INCOMPLETE, which
 * the system takes back when the process ends, however it ends.
 *
 * <p>Closed before {@link #complete}, what this run wrote is removed, and only that: files that somebody else put there
 * stay. Where there are checkpoints, they stay as well, with INCOMPLETE and the journal, for {@link #reopen}.
 *
 * <p>The work is done in place and not in a sibling that is renamed at the end, because the folder may be a mount point
 * (a container's volume), which no rename can replace.
 */
final class RunFolder implements AutoCloseable {
    static final String INCOMPLETE = "INCOMPLETE";
    private static final String CHECKPOINTS = "checkpoints";

    /** As {@link #takeLock} writes it. */
    private static final Pattern PROCESS = Pattern.compile("Process (\\d+)");

    /** Figures of four megabytes, tables and the report, with room to spare. */
    private static final long NEEDED_BYTES = 64L << 20;

    private final Path asGiven;
    private final Path path;
    /** Folders that this run made, outermost first, and files that it wrote, in order. */
    private final List<Path> made = new ArrayList<>();

    private @Nullable FileChannel lock;
    private boolean reopened;
    private boolean complete;

    /** @param asGiven by the user, for what is said to them */
    private RunFolder(Path asGiven) {
        this.asGiven = asGiven;
        path = asGiven.toAbsolutePath().normalize();
    }

    /**
     * Makes the folder, or takes an empty one.
     *
     * @throws LabException if it holds anything, cannot be made or written, or its disk is almost full
     */
    static RunFolder create(Path path) {
        RunFolder folder = new RunFolder(path);
        try {
            folder.claim();
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

    /**
     * Takes the folder of a run that is not finished, to go on with it.
     *
     * @throws LabException if there is no such run, it is finished, or another process works on it
     */
    static RunFolder reopen(Path path) {
        requireUnfinished(path);
        RunFolder folder = new RunFolder(path);
        try {
            folder.takeLock();
            folder.reopened = true;
            folder.removeTemporaries();
        } catch (IOException e) {
            folder.releaseLock();
            throw new LabException("Run folder " + path + " cannot be used: " + Failures.reason(e) + ".", e);
        } catch (LabException e) {
            folder.releaseLock();
            throw e;
        }
        return folder;
    }

    static void requireUnfinished(Path path) {
        if (!Files.isDirectory(path)) {
            throw new LabException("Run folder " + path + " must be a run's folder, found none. Check the path.");
        }
        if (!Files.exists(path.resolve(INCOMPLETE))) {
            throw new LabException(
                    Files.exists(path.resolve("run.json"))
                            ? "Run " + path + " is finished; there is nothing to go on with."
                            : "Run folder " + path + " must hold a run that is not finished, found no file INCOMPLETE."
                                    + " Check the path.");
        }
    }

    /** Without a lock file of its own: INCOMPLETE is there as long as anything is to be locked. */
    private void takeLock() throws IOException {
        Path marker = path.resolve(INCOMPLETE);
        FileChannel channel = FileChannel.open(marker, StandardOpenOption.READ, StandardOpenOption.WRITE);
        lock = channel;
        boolean taken;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            taken = false; // by another thread of this process
        }
        if (!taken) {
            throw new LabException("Run folder " + asGiven + " is in use by " + holder(marker)
                    + ". Wait until it is done, or stop it first.");
        }
        if (!Files.exists(marker)) {
            throw new LabException("Run " + asGiven + " was just finished by another process.");
        }
        byte[] text = ("This run is not finished. Process "
                        + ProcessHandle.current().pid() + " works on it, or did last.\n"
                        + "If none does, go on with: hourglass resume " + path + "\n")
                .getBytes(StandardCharsets.UTF_8);
        channel.truncate(0);
        AtomicFile.writeAll(channel, ByteBuffer.wrap(text));
    }

    private static String holder(Path marker) {
        try {
            Matcher process = PROCESS.matcher(Files.readString(marker));
            return process.find() ? "process " + process.group(1) : "another process";
        } catch (IOException e) {
            return "another process";
        }
    }

    private void releaseLock() {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                // The process's end takes it back.
            }
        }
    }

    /** What a killed process left half written. */
    private void removeTemporaries() throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path file : all.filter(file -> file.toString().endsWith(AtomicFile.TEMPORARY))
                    .toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Whether there is something to go on from. */
    boolean hasCheckpoints() {
        try (Stream<Path> all = Files.walk(path.resolve(CHECKPOINTS))) {
            return all.anyMatch(file -> file.toString().endsWith(".checkpoint"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /** Those of one model. */
    Checkpoints checkpoints(String model) {
        return checkpoints(path, model);
    }

    static Checkpoints checkpoints(Path run, String model) {
        return new Checkpoints(run.resolve(CHECKPOINTS).resolve(model));
    }

    private void claim() throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new LabException(
                    "Run folder " + asGiven + " must be a folder, found a file. Choose another with --out DIR.");
        }
        if (Files.exists(path.resolve(INCOMPLETE))) {
            throw new LabException("Run folder " + asGiven + " must be new or empty, found a run that is not finished"
                    + " (it has a file INCOMPLETE). Go on with it: hourglass resume " + asGiven
                    + ", or choose another with --out DIR.");
        }
        if (Files.exists(path) && !isEmpty(path)) {
            throw new LabException("Run folder " + asGiven
                    + " must be new or empty, found files in it. Choose another with --out DIR.");
        }
        makeFolders(path);
        requireRoom(NEEDED_BYTES);
        try {
            writeNew(INCOMPLETE, "");
            takeLock();
        } catch (FileAlreadyExistsException e) {
            throw new LabException(
                    "Run folder " + asGiven + " was just taken by another run. Choose another with --out DIR.", e);
        }
    }

    /**
     * Looks whether the disk can hold what a run leaves.
     *
     * @param bytes of the model files
     * @throws LabException if it can't
     */
    void requireRoomFor(long bytes) {
        try {
            requireRoom(NEEDED_BYTES + bytes);
        } catch (IOException e) {
            throw notWritten(path, e);
        }
    }

    private void requireRoom(long bytes) throws IOException {
        long free = Files.getFileStore(path).getUsableSpace();
        if (free < bytes) {
            throw new LabException("Run folder " + asGiven + " needs " + (bytes >> 20) + " MB of disk space, found "
                    + (free >> 20) + " MB free. Free some, or choose a folder on another disk with --out DIR.");
        }
    }

    Path path() {
        return path;
    }

    /** As the user named it. */
    Path asGiven() {
        return asGiven;
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
        return new LabException(file + " cannot be written: " + Failures.reason(e) + ". Make room on its disk.", e);
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
        try {
            if (!complete) {
                removeWhatWasWritten();
            }
        } finally {
            releaseLock();
        }
    }

    private void removeWhatWasWritten() {
        boolean kept = reopened || hasCheckpoints();
        for (Path entry : made.reversed()) {
            if (kept && (entry.equals(path.resolve(INCOMPLETE)) || entry.equals(path.resolve(RunJournal.FILE)))) {
                continue;
            }
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
