package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileKind;
import dev.hourglass.server.http.ServerException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folder of runs, which one server at a time works on. {@code .uploads} in it has the files that people sent; what a
 * server left there that was killed, the next one removes.
 */
public final class RunsFolder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RunsFolder.class.getName());
    private static final String UPLOADS = ".uploads";

    private final ConfinedFolder folder;
    /** Null where nothing can be written, so that there is nothing to quarrel about. */
    private final @Nullable FolderLock lock;

    private RunsFolder(ConfinedFolder folder, @Nullable FolderLock lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Makes the folder if it is missing and takes it, until it is closed or the process ends.
     *
     * @throws ServerException if it can't be used, or another server has it
     */
    public static RunsFolder take(Path path) {
        try {
            ConfinedFolder folder = ConfinedFolder.create(path);
            RunsFolder runs = new RunsFolder(folder, lock(folder));
            runs.removeUploads();
            return runs;
        } catch (IOException e) {
            throw new ServerException(
                    "Folder " + path + " cannot be used: " + Failures.reason(e) + ". Choose another with --runs DIR.",
                    e);
        }
    }

    private static @Nullable FolderLock lock(ConfinedFolder folder) throws IOException {
        try {
            return FolderLock.take(folder);
        } catch (IOException e) {
            if (e instanceof AccessDeniedException || Failures.reason(e).contains("Read-only file system")) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Folder " + folder.path() + " can't be written to; its runs are only shown.");
                return null;
            }
            throw e;
        }
    }

    private void removeUploads() {
        if (lock == null) {
            return;
        }
        try {
            for (ConfinedFolder.Entry upload : folder.list(UPLOADS)) {
                if (upload.kind() == FileKind.FOLDER) {
                    for (ConfinedFolder.Entry file : folder.list(upload.name())) {
                        folder.delete(file.name());
                    }
                    folder.deleteEmptyFolder(upload.name());
                }
            }
        } catch (IOException e) {
            PassedOver.log("Old uploads are left", e);
        }
    }

    public ConfinedFolder folder() {
        return folder;
    }

    /** A new folder for what somebody sent, which only this user may look into. */
    public Path newUpload() throws IOException {
        if (lock == null) {
            return Files.createTempDirectory("hourglass-upload-");
        }
        folder.createFolder(UPLOADS);
        return Files.createTempDirectory(folder.path(UPLOADS), "upload-");
    }

    /** Tells other servers that want the folder where this one is. */
    public void sign(String address) {
        if (lock != null) {
            lock.sign(address);
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
