package dev.hourglass.server;

import dev.hourglass.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Samples that people sent, for an hour and as long as newer ones leave room. Their files go with them. */
final class Uploads implements AutoCloseable {
    private static final Duration KEPT = Duration.ofHours(1);
    private static final long MOST_BYTES = 256L << 20;

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Upload> byName = new LinkedHashMap<>();
    private long bytes;

    /**
     * @param model that it was read for
     * @param folder of its files
     */
    record Upload(String name, ModelKey model, Dataset data, Path folder, long bytes, Instant when) {}

    Uploads(InstantSource clock) {
        this.clock = clock;
    }

    synchronized Upload add(ModelKey model, Dataset data, Path folder, long size) {
        byte[] id = new byte[8];
        random.nextBytes(id);
        String name = "upload-" + HexFormat.of().formatHex(id);
        Upload upload = new Upload(name, model.atEpoch(null), data, folder, size, clock.instant());
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
        Instant oldest = clock.instant().minus(KEPT);
        List<Upload> old = new ArrayList<>();
        long left = bytes;
        for (Upload upload : byName.values()) {
            if (upload.when().isBefore(oldest) || left > MOST_BYTES) {
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
    static void delete(Path folder) {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // The system empties its temporary folder by itself.
        }
    }

    @Override
    public synchronized void close() {
        List.copyOf(byName.values()).forEach(this::forget);
    }
}
