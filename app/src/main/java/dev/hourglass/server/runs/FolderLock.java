package dev.hourglass.server.runs;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.server.http.ServerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ensures that only one server works on a folder of runs: a lock on the file {@code .server} in it, which the system
 * takes back when the process ends, however it ends. The file says who has it.
 */
final class FolderLock implements AutoCloseable {
    private static final String FILE = ".server";
    private static final int MOST_BYTES = 1_000;
    /** Far behind the text, since on some systems nobody reads what is locked. */
    private static final long LOCKED_BYTE = 1L << 40;

    private static final Pattern HOLDER = Pattern.compile("Process \\d+(?: at http://[\\w.:\\[\\]-]+)?");

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @throws ServerException if another server has the folder; says which
     * @throws IOException if the folder can't be written to
     */
    static FolderLock take(ConfinedFolder runs) throws IOException {
        FileChannel channel = open(runs);
        try {
            if (channel.tryLock(LOCKED_BYTE, 1, false) != null) {
                FolderLock lock = new FolderLock(channel);
                lock.sign("");
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // By another server of this process.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new ServerException("Folder " + runs.path() + " is in use: " + holder(runs)
                + " serves it. Open its pages, stop it first, or choose another folder with --runs DIR.");
    }

    private static FileChannel open(ConfinedFolder runs) throws IOException {
        try {
            return runs.create(FILE);
        } catch (FileAlreadyExistsException e) {
            return runs.update(FILE);
        }
    }

    private static String holder(ConfinedFolder runs) {
        try {
            Matcher holder = HOLDER.matcher(runs.readText(FILE, MOST_BYTES));
            return holder.find() ? holder.group().replaceFirst("P", "p") : "another process";
        } catch (IOException e) {
            return "another process";
        }
    }

    /** Tells others where the server is. */
    void sign(String address) {
        String who = "Process " + ProcessHandle.current().pid() + (address.isEmpty() ? "" : " at " + address)
                + " serves this folder, or did last.\n";
        try {
            channel.truncate(0);
            AtomicFile.writeAll(channel.position(0), ByteBuffer.wrap(who.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            System.getLogger(FolderLock.class.getName())
                    .log(System.Logger.Level.DEBUG, "The lock's file is not signed: " + Failures.reason(e));
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The process's end takes it back.
        }
    }
}
