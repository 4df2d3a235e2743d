package dev.hourglass.lab.run;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileKind;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.LabException;
import dev.hourglass.train.checkpoints.Checkpoints;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run. While the run is in progress it holds a file {@code INCOMPLETE}, which is created first, claims
 * the folder for this run and is deleted last, after run.json is written: a folder with run.json and without INCOMPLETE
 * is a finished run, whatever happened to the process. One process at a time works on it: it holds a lock on
 * INCOMPLETE, which the system takes back when the process ends, however it ends.
 *
 * <p>Closed before {@link #complete}, what this run wrote is removed, and only that: files that somebody else put there
 * stay. Where there are checkpoints, they stay as well, with INCOMPLETE and the journal, for {@link #reopen}.
 *
 * <p>A folder that is gone on with may be a stranger's, so all that is in it is reached through a {@link ConfinedFolder}.
 * One that is deleted, moved away or taken over while the run goes on is not created again: the run fails.
 *
 * <p>The work is done in place and not in a sibling that is renamed at the end, because the folder may be a mount point
 * (a container's volume), which no rename can replace.
 */
public final class RunFolder implements AutoCloseable {
    public static final String INCOMPLETE = "INCOMPLETE";
    private static final String CHECKPOINTS = "checkpoints";
    /** Where exports are tried, in the run folder so that the disk is the one that counts. */
    private static final String REHEARSAL = "export.tmp";

    /** As {@link #mark} writes it. */
    private static final Pattern PROCESS = Pattern.compile("Process (\\d+)");

    /** INCOMPLETE is two lines, one of them with a path. */
    private static final int MOST_MARKER_BYTES = 16 << 10;

    /** Figures of four megabytes, tables and the report, with room to spare. */
    private static final long NEEDED_BYTES = 64L << 20;

    private static final int TEXT_BUFFER = 1 << 16;
    private static final String NOT_OURS = "It is not a run folder of 'hourglass lab'.";

    private static final long LOOK_NANOS = 1_000_000_000;

    /** Whoever only asks holds the lock for a moment. */
    private static final int TRIES_FOR_LOCK = 5;

    private static final int MILLIS_BETWEEN_TRIES = 20;

    private final Path asGiven;
    private final Path path;
    private final ConfinedFolder confined;
    /** This folder, and those that it lies in, as far as this run made them; outermost first. */
    private final List<Path> madeAround;
    /** Folders and files in it that this run made, in order. */
    private final List<String> made = new ArrayList<>();

    private @Nullable FileChannel lock;
    /** Tells our INCOMPLETE from another: the lock keeps it open. */
    private @Nullable Object markerKey;

    private @Nullable String journal;
    private long lookedNanos = System.nanoTime();
    private boolean reopened;
    private boolean complete;

    /** @param asGiven by the user, for what is said to them */
    private RunFolder(Path asGiven, ConfinedFolder confined, List<Path> madeAround) {
        this.asGiven = asGiven;
        this.confined = confined;
        this.madeAround = madeAround;
        path = absolute(asGiven);
    }

    private static Path absolute(Path asGiven) {
        return asGiven.toAbsolutePath().normalize();
    }

    /**
     * Makes the folder, or takes an empty one.
     *
     * @throws LabException if it holds anything, cannot be made or written, or its disk is almost full
     */
    public static RunFolder create(Path asGiven) {
        Path path = absolute(asGiven);
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new LabException(
                    "Run folder " + asGiven + " must be a folder, found a file. Choose another with --out DIR.");
        }
        List<Path> madeAround = new ArrayList<>();
        try {
            makeFolders(path, madeAround);
            RunFolder folder = new RunFolder(asGiven, ConfinedFolder.open(path), madeAround);
            try {
                folder.claim();
                return folder;
            } catch (IOException | LabException e) {
                folder.close();
                throw e;
            }
        } catch (IOException e) {
            removeFolders(madeAround);
            throw new LabException(
                    "Run folder " + asGiven + " cannot be made: " + Failures.reason(e)
                            + ". Choose another with --out DIR.",
                    e);
        }
    }

    /**
     * Takes the folder of a run that is not finished, to go on with it.
     *
     * @throws LabException if there is no such run, it is finished, or another process works on it
     */
    public static RunFolder reopen(Path asGiven) {
        RunFolder folder = new RunFolder(asGiven, openUnfinished(asGiven), List.of());
        try {
            folder.requireOurKinds();
            folder.takeLock(folder.confined.update(INCOMPLETE));
            folder.reopened = true;
            folder.removeTemporaries();
            return folder;
        } catch (IOException e) {
            folder.releaseLock();
            throw unusable(asGiven, e);
        } catch (LabException e) {
            folder.releaseLock();
            throw e;
        }
    }

    /**
     * @throws LabException if there is no run that is not finished
     */
    public static ConfinedFolder openUnfinished(Path asGiven) {
        if (!Files.isDirectory(asGiven)) {
            throw new LabException("Run folder " + asGiven + " must be a run folder, found none. Check the path.");
        }
        try {
            ConfinedFolder run = ConfinedFolder.open(asGiven);
            if (run.find(INCOMPLETE).isEmpty()) {
                throw new LabException(
                        run.hasFile("run.json")
                                ? "Run " + asGiven + " is finished; there is nothing to continue."
                                : "Run folder " + asGiven
                                        + " must contain a run that is not finished, found no file INCOMPLETE."
                                        + " Check the path.");
            }
            return run;
        } catch (IOException e) {
            throw unusable(asGiven, e);
        }
    }

    /** For whoever reads in a run's folder. */
    public static LabException unusable(Path asGiven, IOException e) {
        return new LabException(
                e instanceof RefusedFileException refused
                        ? refused.getMessage() + ". " + NOT_OURS
                        : "Run folder " + asGiven + " cannot be used: " + Failures.reason(e) + ".",
                e);
    }

    private void claim() throws IOException {
        if (confined.find(INCOMPLETE).isPresent()) {
            throw new LabException("Run folder " + asGiven + " must be new or empty, found a run that is not finished"
                    + " (it has a file INCOMPLETE). Continue it with: hourglass resume " + asGiven
                    + ", or choose another with --out DIR.");
        }
        if (!confined.isEmpty()) {
            throw new LabException("Run folder " + asGiven
                    + " must be new or empty, found files in it. Choose another with --out DIR.");
        }
        requireRoom(NEEDED_BYTES);
        try {
            FileChannel marker = confined.create(INCOMPLETE);
            made.add(INCOMPLETE);
            takeLock(marker);
        } catch (FileAlreadyExistsException e) {
            throw new LabException(
                    "Run folder " + asGiven + " was just taken by another run. Choose another with --out DIR.", e);
        }
    }

    /**
     * Without a lock file of its own: INCOMPLETE is there as long as anything is to be locked.
     *
     * @param marker INCOMPLETE, opened
     */
    private void takeLock(FileChannel marker) throws IOException {
        lock = marker;
        if (!locked(marker)) {
            throw new LabException("Run folder " + asGiven + " is in use by " + holder(confined)
                    + ". Wait until it is done, or stop it first.");
        }
        Optional<ConfinedFolder.Entry> entry = confined.find(INCOMPLETE);
        if (entry.isEmpty()) {
            throw new LabException("Run " + asGiven + " was just finished by another process.");
        }
        markerKey = entry.get().key();
        mark(marker);
    }

    private static boolean locked(FileChannel marker) throws IOException {
        try {
            for (int i = 0; i < TRIES_FOR_LOCK; i++) {
                if (marker.tryLock() != null) {
                    return true;
                }
                Thread.sleep(MILLIS_BETWEEN_TRIES);
            }
        } catch (OverlappingFileLockException e) {
            return false; // by another thread of this process
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /**
     * Who works on a run, such as {@code process 4711}; empty if nobody does, as far as can be told. Not to be asked of a
     * run that this process works on: where a system's locks are the process's, to look would give the lock back.
     */
    public static Optional<String> holder(Path run) {
        try {
            ConfinedFolder folder = ConfinedFolder.open(run);
            return isFree(folder) ? Optional.empty() : Optional.of(holder(folder));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isFree(ConfinedFolder run) throws IOException {
        try (FileChannel marker = run.open(INCOMPLETE, MOST_MARKER_BYTES);
                FileLock free = marker.tryLock(0, Long.MAX_VALUE, true)) {
            return free != null;
        }
    }

    private void mark(FileChannel marker) throws IOException {
        byte[] text = ("This run is not finished. Process "
                        + ProcessHandle.current().pid() + " works on it, or did last.\n"
                        + "If none does, continue with: hourglass resume " + path + "\n")
                .getBytes(StandardCharsets.UTF_8);
        marker.truncate(0);
        AtomicFile.writeAll(marker, ByteBuffer.wrap(text));
    }

    private static String holder(ConfinedFolder run) {
        try {
            Matcher process = PROCESS.matcher(run.readText(INCOMPLETE, MOST_MARKER_BYTES));
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

    /** What could not be written when all is trained is refused before. */
    private void requireOurKinds() throws IOException {
        for (String file : List.of("run.json", "report.html")) {
            requireKind(confined.find(file), FileKind.FILE);
        }
        for (String folder : List.of(CHECKPOINTS, "models", "plots", "results")) {
            requireKind(confined.find(folder), FileKind.FOLDER);
        }
        for (String folder : List.of("models", "plots", "results")) {
            for (ConfinedFolder.Entry file : confined.list(folder)) {
                requireKind(Optional.of(file), FileKind.FILE);
            }
        }
    }

    private void requireKind(Optional<ConfinedFolder.Entry> entry, FileKind expected) {
        entry.filter(found -> found.kind() != expected).ifPresent(found -> {
            throw new LabException(asGiven.resolve(found.name()) + " is "
                    + found.kind().words() + ", expected " + expected.words() + ". " + NOT_OURS);
        });
    }

    /** What a killed process left half written. */
    private void removeTemporaries() throws IOException {
        for (ConfinedFolder.Entry file : confined.files()) {
            if (file.name().endsWith(AtomicFile.TEMPORARY) || file.name().startsWith(REHEARSAL + "/")) {
                confined.delete(file.name());
            }
        }
        confined.deleteEmptyFolder(REHEARSAL);
    }

    /**
     * Looks now and then, while there is nothing to write, whether the folder is still there.
     *
     * @throws LabException as {@link #requireOurs} does
     */
    void look() {
        if (System.nanoTime() - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = System.nanoTime();
        requireOurs();
        try {
            // Who deletes the checkpoints shall not lose what comes.
            if (journal != null && confined.find(RunJournal.FILE).isEmpty()) {
                confined.write(RunJournal.FILE, journal);
            }
        } catch (IOException e) {
            throw notWritten(path.resolve(RunJournal.FILE), e);
        }
    }

    /** @throws LabException if the folder was deleted, moved away or replaced, or another run has it now */
    void requireOurs() {
        lost().ifPresent(found -> {
            throw new LabException(
                    "Run folder " + asGiven + " " + found + " while the run was in progress. The run ends, since its"
                            + " work would be lost. If the folder was moved, continue"
                            + " with: hourglass resume NEW-PATH");
        });
    }

    /** What happened to the folder; empty if it is as it was. */
    private Optional<String> lost() {
        try {
            Optional<ConfinedFolder.Entry> marker = confined.find(INCOMPLETE);
            if (marker.isEmpty()) {
                return Optional.of("lost its file INCOMPLETE");
            }
            return Objects.equals(marker.get().key(), markerKey)
                    ? Optional.empty()
                    : Optional.of("has a different file INCOMPLETE");
        } catch (RefusedFileException e) {
            return Optional.of("was deleted, moved away or replaced");
        } catch (IOException e) {
            return Optional.empty(); // Of the disk; whoever writes next finds out.
        }
    }

    /** Whether there is something to go on from. */
    public boolean hasCheckpoints() {
        try {
            return confined.files().stream()
                    .map(ConfinedFolder.Entry::name)
                    .anyMatch(name -> name.startsWith(CHECKPOINTS + "/") && name.endsWith(".checkpoint"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Those of one model. */
    Checkpoints checkpoints(String model) {
        return checkpoints(confined, model);
    }

    public static Checkpoints checkpoints(ConfinedFolder run, String model) {
        return new Checkpoints(run, CHECKPOINTS + "/" + model);
    }

    /**
     * Looks whether the disk can hold what a run leaves.
     *
     * @param bytes of the model files
     * @throws LabException if it can't
     */
    public void requireRoomFor(long bytes) {
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

    public Path path() {
        return path;
    }

    /** As the user named it. */
    public Path asGiven() {
        return asGiven;
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    /** @param name such as {@code results/metrics.json} */
    public void write(String name, String text) {
        write(name, () -> confined.write(name, text));
    }

    /** @param name such as {@code plots/comparison.png} */
    public void write(String name, byte[] bytes) {
        write(name, () -> confined.write(name, bytes));
    }

    /** @param name such as {@code results/cnn_errors.csv} */
    public void write(String name, TextContent content) {
        write(
                name,
                () -> confined.write(name, channel -> {
                    // Closed by whoever opened the channel.
                    BufferedWriter writer =
                            new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), TEXT_BUFFER);
                    content.writeTo(writer);
                    writer.flush();
                }));
    }

    /** A text that is written line by line. */
    @FunctionalInterface
    public interface TextContent {
        /** @throws IOException if it can't be written */
        void writeTo(Appendable text) throws IOException;
    }

    /** @param name such as {@code models/cnn_encoder.keras} */
    public void write(String name, SavedModel model) {
        write(name, () -> ModelFile.write(model, confined, name));
    }

    /**
     * Writes a model as {@link #write(String, SavedModel)} would, and removes it again.
     *
     * @param name of the file alone
     * @return how many bytes it took
     */
    public long rehearse(String name, SavedModel model) {
        String file = REHEARSAL + "/" + name;
        try {
            try {
                ModelFile.write(model, confined, file);
                return confined.find(file).map(ConfinedFolder.Entry::bytes).orElse(0L);
            } finally {
                confined.delete(file);
                confined.deleteEmptyFolder(REHEARSAL);
            }
        } catch (IOException e) {
            throw notWritten(path.resolve(file), e);
        }
    }

    /** Writes who goes on with what. */
    public void writeJournal(String text) {
        write(RunJournal.FILE, text);
        journal = text;
    }

    private void write(String name, Writing writing) {
        requireOurs();
        try {
            for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
                String folder = name.substring(0, end);
                if (confined.find(folder).isEmpty()) {
                    confined.createFolder(folder);
                    made.add(folder);
                }
            }
            made.add(name);
            writing.run();
        } catch (IOException e) {
            throw notWritten(path.resolve(name), e);
        }
    }

    /** For whoever writes a file by itself. */
    static LabException notWritten(Path file, IOException e) {
        return new LabException(
                e instanceof RefusedFileException refused
                        ? refused.getMessage() + ". Remove it, or use another run folder."
                        : file + " cannot be written: " + Failures.reason(e) + ". Make room on its disk.",
                e);
    }

    /** Everything is written: the folder stays and counts as a finished run. */
    public void complete() {
        requireOurs();
        try {
            confined.delete(INCOMPLETE);
        } catch (IOException e) {
            throw notWritten(path.resolve(INCOMPLETE), e);
        }
        complete = true;
    }

    @Override
    public void close() {
        try {
            if (!complete && removeWhatWasWritten()) {
                removeFolders(madeAround);
            }
        } finally {
            releaseLock();
        }
    }

    /** @return whether nothing resisted */
    private boolean removeWhatWasWritten() {
        if (!made.isEmpty() && lost().isPresent()) {
            return false;
        }
        boolean kept = reopened || hasCheckpoints();
        for (String name : made.reversed()) {
            if (kept && (name.equals(INCOMPLETE) || name.equals(RunJournal.FILE))) {
                continue;
            }
            try {
                remove(name);
            } catch (IOException e) {
                // INCOMPLETE is deleted last of all files; where one resists, the folder stays marked.
                return false;
            }
        }
        return true;
    }

    private void remove(String name) throws IOException {
        if (confined.find(name).filter(entry -> entry.kind() == FileKind.FOLDER).isPresent()) {
            confined.deleteEmptyFolder(name);
        } else {
            confined.delete(name);
        }
    }

    private static void makeFolders(Path folder, List<Path> made) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path next = folder; next != null && !Files.exists(next); next = next.getParent()) {
            missing.add(next);
        }
        for (Path next : missing.reversed()) {
            Files.createDirectories(next);
            made.add(next);
        }
    }

    private static void removeFolders(List<Path> made) {
        for (Path folder : made.reversed()) {
            try {
                Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException e) {
                return; // Somebody else's files: not ours to delete.
            } catch (IOException e) {
                return;
            }
        }
    }
}
