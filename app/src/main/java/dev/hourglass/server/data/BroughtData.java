package dev.hourglass.server.data;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.FileKind;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that people brought, in {@code .data} of the folder of runs, and in {@code .data-parts} what has come
 * of those that are on their way. What is in {@code .data} is whole. All together takes no more room than the quota.
 */
public final class BroughtData {
    private static final System.Logger LOG = System.getLogger(BroughtData.class.getName());
    private static final String DATA = ".data";
    private static final String PARTS = ".data-parts";
    private static final Duration KEPT = Duration.ofDays(7);
    private static final int MOST_NAME_BYTES = 200;
    private static final int MOST_LEVELS = 8;
    private static final int MOST_FILES = 90_000;
    private static final Pattern UPLOAD = Pattern.compile("[0-9a-f]{8,64}");
    /** What no system minds in a name, and no shell or page takes for anything else. */
    private static final Pattern NAME =
            Pattern.compile("[^\\p{Cntrl}/\\\\:*?\"<>|.~-][^\\p{Cntrl}/\\\\:*?\"<>|]*(?<![. ])");

    private final ConfinedFolder folder;
    private final long quotaBytes;
    private final InstantSource clock;
    private final Map<String, Known> known = new HashMap<>();
    /** By the place of an upload that pieces come for, its files: to list them anew for each would take longer and longer. */
    private final Map<String, Integer> filesBegun = new HashMap<>();

    private long usedBytes;

    /** @param key of the file or folder, by which a measure is known again */
    private record Known(@Nullable Object key, Measure measure) {}

    /** How much there is. */
    record Measure(int files, long bytes) {}

    /** A file or folder that is whole. */
    record Item(String name, boolean folder, int files, long bytes, Instant modified) {}

    /**
     * What has come of one that is on its way.
     *
     * @param upload its key
     * @param first one of its files, by which a person knows it
     */
    record Begun(String upload, String first, int files, long bytes, Instant modified) {}

    /** A file of an upload, as far as it has come. */
    record Piece(String path, long bytes) {}

    /**
     * @param runs the folder of runs
     * @param quotaBytes of all together
     */
    public BroughtData(ConfinedFolder runs, long quotaBytes, InstantSource clock) {
        folder = runs;
        this.quotaBytes = quotaBytes;
        this.clock = clock;
        try {
            removeOld();
            usedBytes = measure(DATA).bytes() + measure(PARTS).bytes();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "Data that were brought can't be counted: " + e.getMessage());
        }
    }

    /** Where what is whole lies. */
    public Path path() {
        return folder.path(DATA);
    }

    long quotaBytes() {
        return quotaBytes;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    private void removeOld() throws IOException {
        for (ConfinedFolder.Entry upload : folder.list(PARTS)) {
            if (upload.modified().toInstant().isBefore(clock.instant().minus(KEPT))) {
                folder.deleteTree(upload.name());
            }
        }
    }

    private Measure measure(String place) throws IOException {
        Optional<ConfinedFolder.Entry> found = folder.find(place);
        if (found.isEmpty()) {
            return new Measure(0, 0);
        }
        if (found.get().kind() != FileKind.FOLDER) {
            return new Measure(1, found.get().bytes());
        }
        int files = 0;
        long bytes = 0;
        for (ConfinedFolder.Entry entry : folder.list(place)) {
            boolean inner = entry.kind() == FileKind.FOLDER;
            Measure of = inner ? measure(entry.name()) : new Measure(1, entry.bytes());
            files += of.files();
            bytes += of.bytes();
        }
        return new Measure(files, bytes);
    }

    /** What is whole, by name. */
    synchronized List<Item> items() {
        try {
            List<Item> items = new ArrayList<>();
            for (ConfinedFolder.Entry entry : folder.list(DATA)) {
                String name = last(entry.name());
                if (isName(name) && (entry.kind() == FileKind.FOLDER || entry.kind() == FileKind.FILE)) {
                    items.add(item(name, entry));
                }
            }
            return items;
        } catch (IOException e) {
            throw ApiException.unreadable("The folder of data", e);
        }
    }

    private Item item(String name, ConfinedFolder.Entry entry) throws IOException {
        boolean inner = entry.kind() == FileKind.FOLDER;
        Measure measure = new Measure(1, entry.bytes());
        if (inner) {
            Known before = known.get(name);
            measure = before != null && Objects.equals(before.key(), entry.key())
                    ? before.measure()
                    : measure(entry.name());
            known.put(name, new Known(entry.key(), measure));
        }
        return new Item(
                name, inner, measure.files(), measure.bytes(), entry.modified().toInstant());
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** @throws ApiException 404 if there is none of this name */
    synchronized Item item(String name) {
        try {
            Optional<ConfinedFolder.Entry> entry = isName(name) ? folder.find(DATA + "/" + name) : Optional.empty();
            if (entry.isPresent()
                    && (entry.get().kind() == FileKind.FOLDER || entry.get().kind() == FileKind.FILE)) {
                return item(name, entry.get());
            }
        } catch (IOException e) {
            throw ApiException.unreadable("The data", e);
        }
        throw ApiException.missing(
                "name", "There are no data '" + ErrorResponses.excerpt(name) + "' here.", "GET /api/data lists them.");
    }

    /** Where they lie. */
    Path path(String name) {
        return path().resolve(item(name).name());
    }

    /**
     * What is whole, to be read.
     *
     * @param version another one where something else has taken the name
     */
    public record Source(Path path, String version) {}

    /** @throws ApiException 404 if there is none of this name */
    public Source source(String name) {
        Item item = item(name);
        return new Source(
                path().resolve(item.name()),
                item.bytes() + "-" + item.modified().toEpochMilli());
    }

    /** What is on its way or was left there. */
    synchronized List<Begun> begun() {
        try {
            List<Begun> begun = new ArrayList<>();
            for (ConfinedFolder.Entry upload : folder.list(PARTS)) {
                if (upload.kind() == FileKind.FOLDER) {
                    Measure measure = measure(upload.name());
                    begun.add(new Begun(
                            last(upload.name()),
                            first(upload.name()),
                            measure.files(),
                            measure.bytes(),
                            upload.modified().toInstant()));
                }
            }
            return begun;
        } catch (IOException e) {
            throw ApiException.unreadable("The folder of data", e);
        }
    }

    private String first(String place) throws IOException {
        for (ConfinedFolder.Entry entry : folder.list(place)) {
            return entry.kind() == FileKind.FOLDER ? last(entry.name()) + "/" : last(entry.name());
        }
        return "";
    }

    /** How far the files of an upload have come; none of one that nobody began. */
    synchronized List<Piece> pieces(String upload) {
        List<Piece> pieces = new ArrayList<>();
        try {
            addPieces(place(upload), place(upload).length() + 1, pieces);
        } catch (IOException e) {
            throw ApiException.unreadable("The upload", e);
        }
        return pieces;
    }

    private void addPieces(String place, int prefix, List<Piece> pieces) throws IOException {
        for (ConfinedFolder.Entry entry : folder.list(place)) {
            if (entry.kind() == FileKind.FOLDER) {
                addPieces(entry.name(), prefix, pieces);
            } else {
                pieces.add(new Piece(entry.name().substring(prefix), entry.bytes()));
            }
        }
    }

    private static String place(String upload) {
        if (!UPLOAD.matcher(upload).matches()) {
            throw ApiException.malformed(
                    "upload", "An upload's key is 8 to 64 hexadecimal digits in lower case.", "Make such a key.");
        }
        return PARTS + "/" + upload;
    }

    /**
     * Appends to a file that is on its way; the first piece makes it.
     *
     * @param offset where the piece begins, which must be where the file ends
     * @return how many bytes are there now
     * @throws ApiException 409 if it begins elsewhere, 413 beyond the quota, 507 if the disk is full
     */
    synchronized long append(String upload, String path, long offset, byte[] piece) {
        String whole = place(upload);
        String place = whole + "/" + requirePath(path);
        if (usedBytes + piece.length > quotaBytes) {
            throw ApiException.of(
                    413,
                    null,
                    "Data that are brought here may take " + size(quotaBytes) + ", and " + size(usedBytes)
                            + " of it are taken.",
                    "Remove data that are no longer needed, or start the server with more: --data-quota GB.");
        }
        try {
            Optional<ConfinedFolder.Entry> before = folder.find(place);
            long there = before.map(ConfinedFolder.Entry::bytes).orElse(0L);
            if (offset != there) {
                throw ApiException.conflict(
                        "Of this file " + there + " bytes are there, and the piece begins at byte " + offset + ".",
                        "Go on from byte " + there + ".");
            }
            if (before.isEmpty() && filesOf(whole) >= MOST_FILES) {
                throw ApiException.impossible(
                        "path", "One folder may have " + MOST_FILES + " files here.", "Put them into several.");
            }
            try (FileChannel file = folder.append(place)) {
                if (before.isEmpty()) {
                    filesBegun.merge(whole, 1, Integer::sum);
                }
                ByteBuffer bytes = ByteBuffer.wrap(piece);
                try {
                    while (bytes.hasRemaining()) {
                        usedBytes += file.write(bytes);
                    }
                } catch (IOException e) {
                    usedBytes -= bytes.position();
                    file.truncate(there);
                    throw e;
                }
                return there + piece.length;
            }
        } catch (IOException e) {
            throw ApiException.notKept("The file", e);
        }
    }

    private int filesOf(String upload) throws IOException {
        Integer begun = filesBegun.get(upload);
        if (begun == null) {
            begun = measure(upload).files();
            filesBegun.put(upload, begun);
        }
        return begun;
    }

    private static String requirePath(String path) {
        String[] parts = path.split("/", -1);
        for (String part : parts) {
            if (!isName(part)) {
                throw unfit(part);
            }
        }
        if (parts.length > MOST_LEVELS) {
            throw ApiException.malformed(
                    "path",
                    "A file may lie in " + (MOST_LEVELS - 1) + " folders, got " + (parts.length - 1) + ".",
                    "Bring an inner folder.");
        }
        return path;
    }

    private static ApiException unfit(String name) {
        return ApiException.malformed(
                "name",
                "Names of files and folders may have at most " + MOST_NAME_BYTES + " bytes, none of / \\ : * ? \" < > |"
                        + ", and begin with no dot, '-' or '~', got '" + ErrorResponses.excerpt(name) + "'.",
                "Rename it.");
    }

    private static boolean isName(String name) {
        return NAME.matcher(name).matches() && name.getBytes(StandardCharsets.UTF_8).length <= MOST_NAME_BYTES;
    }

    /**
     * Puts an upload in place, if all of it has come.
     *
     * @param whole how much it must be
     * @param inFolder whether it becomes a folder; else the one file that it is
     * @throws ApiException 409 if something is missing or the name is taken
     */
    synchronized Item finish(String upload, String name, boolean inFolder, Measure whole) {
        String place = place(upload);
        if (!isName(name)) {
            throw unfit(name);
        }
        try {
            Measure there = measure(place);
            if (!there.equals(whole)) {
                throw ApiException.conflict(
                        String.format(
                                Locale.ROOT,
                                "Of this upload %d files with %d bytes are there, expected %d with %d.",
                                there.files(),
                                there.bytes(),
                                whole.files(),
                                whole.bytes()),
                        "Send what is missing.");
            }
            if (folder.find(DATA + "/" + name).isPresent()) {
                throw taken(name);
            }
            filesBegun.remove(place);
            if (inFolder) {
                folder.moveFolder(place, DATA + "/" + name);
            } else {
                List<ConfinedFolder.Entry> files = folder.list(place);
                if (files.size() != 1 || files.getFirst().kind() != FileKind.FILE) {
                    throw ApiException.conflict("This upload is no single file.", "Finish it as a folder.");
                }
                try (FileChannel file = folder.update(files.getFirst().name())) {
                    file.force(true);
                }
                folder.move(files.getFirst().name(), DATA + "/" + name);
                folder.deleteEmptyFolder(place);
            }
            return item(name);
        } catch (FileAlreadyExistsException e) {
            throw taken(name);
        } catch (IOException e) {
            throw ApiException.notKept("The data", e);
        }
    }

    private static ApiException taken(String name) {
        return ApiException.conflict(
                "There are data '" + ErrorResponses.excerpt(name) + "' already.", "Remove them, or give another name.");
    }

    /** Removes what has come of an upload. */
    synchronized void forget(String upload) {
        remove(place(upload));
    }

    /** Removes a file or folder. */
    synchronized void remove(Item item) {
        known.remove(item.name());
        remove(DATA + "/" + item.name());
    }

    private void remove(String place) {
        filesBegun.remove(place);
        try {
            long before = measure(place).bytes();
            Optional<ConfinedFolder.Entry> found = folder.find(place);
            if (found.isPresent() && found.get().kind() == FileKind.FOLDER) {
                folder.deleteTree(place);
            } else {
                folder.delete(place);
            }
            usedBytes = Math.max(0, usedBytes - before);
        } catch (IOException e) {
            throw ApiException.notKept("The change", e);
        }
    }

    private static String size(long bytes) {
        double megabytes = bytes / (double) (1 << 20);
        return megabytes < 1_000
                ? String.format(Locale.ROOT, "%.1f MB", megabytes)
                : String.format(Locale.ROOT, "%.1f GB", megabytes / 1024);
    }
}
