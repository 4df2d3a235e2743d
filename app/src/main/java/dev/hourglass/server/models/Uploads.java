package dev.hourglass.server.models;

import dev.hourglass.data.Dataset;
import dev.hourglass.server.http.ApiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Uploaded samples, kept for an hour and as long as newer ones leave room. Their files go with them. */
public final class Uploads implements AutoCloseable {
    private static final long KEPT_NANOS = Duration.ofHours(1).toNanos();
    private static final long MOST_BYTES = 256L << 20;

    private final NewFolder folders;
    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Upload> byName = new LinkedHashMap<>();
    private long bytes;

    /** Where the files of an upload may lie. */
    @FunctionalInterface
    public interface NewFolder {
        Path make() throws IOException;
    }

    /**
     * @param model that it was read for
     * @param folder of its files
     * @param since when it is kept, by the monotonic clock
     */
    public record Upload(String name, ModelKey model, Dataset data, Path folder, long bytes, long since) {}

    /** @param nanoTime as {@link System#nanoTime}, which nobody sets back or forth */
    public Uploads(NewFolder folders, LongSupplier nanoTime) {
        this.folders = folders;
        this.nanoTime = nanoTime;
    }

    /**
     * A new folder for an upload's file, which {@link #add} or {@link #delete} takes over.
     *
     * @throws ApiException 507 if the disk is full
     */
    public Path newFolder() {
        try {
            return folders.make();
        } catch (IOException e) {
            throw ApiException.notKept("The upload", e);
        }
    }

    public synchronized Upload add(ModelKey model, Dataset data, Path folder, long size) {
        byte[] id = new byte[8];
        random.nextBytes(id);
        String name = "upload-" + HexFormat.of().formatHex(id);
        Upload upload = new Upload(name, model.atEpoch(null), data, folder, size, nanoTime.getAsLong());
        byName.put(name, upload);
        bytes += size;
        forgetOld();
        return upload;
    }

    /** Samples that were sent for this model. */
    synchronized Optional<Dataset> find(String name, ModelKey model) {
        forgetOld();
        return Optional.ofNullable(byName.get(name))
                .filter(upload -> upload.model().equals(model.atEpoch(null)))
                .map(Upload::data);
    }

    private void forgetOld() {
        long now = nanoTime.getAsLong();
        List<Upload> old = new ArrayList<>();
        long left = bytes;
        for (Upload upload : byName.values()) {
            if (now - upload.since() > KEPT_NANOS || left > MOST_BYTES) {
                old.add(upload);
                left -= upload.bytes();
            }
        }
        old.forEach(this::forget);
    }

    private void forget(Upload upload) {
        byName.remove(upload.name());
        bytes -= upload.bytes();
        delete(upload.folder());
    }

    /** A folder of one file or none. */
    public static void delete(Path folder) {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // The next server removes it.
        }
    }

    @Override
    public synchronized void close() {
        List.copyOf(byName.values()).forEach(this::forget);
    }
}
