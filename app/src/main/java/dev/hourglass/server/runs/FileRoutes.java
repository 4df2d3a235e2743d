package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** The files of a run folder, one by one and as an archive. */
public final class FileRoutes implements Routes {
    /** A report has styles of its own and no scripts; whatever else is opened shall do nothing. */
    private static final String FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private static final long PNG_SIGNATURE = 0x89504e470d0a1a0aL;

    private static final Map<String, String> MEDIA_TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("jsonl", "text/plain; charset=utf-8"),
            Map.entry("csv", "text/csv; charset=utf-8"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("md", "text/plain; charset=utf-8"),
            Map.entry("yaml", "text/plain; charset=utf-8"),
            Map.entry("png", "image/png"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("npy", Answers.NPY));

    private final RunShelf shelf;

    public FileRoutes(RunShelf shelf) {
        this.shelf = shelf;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{run}/files", this::list);
        routes.get("/api/runs/{run}/files/<path>", this::file);
        routes.get("/api/runs/{run}/archive.zip", this::archive);
    }

    private record PixelSize(int width, int height) {}

    /** @param pixels of a PNG, so that a page can leave room for it */
    private record FileView(
            String path,
            long bytes,
            String mediaType,
            @Nullable PixelSize pixels) {}

    private void list(Context context) {
        StoredRun run = shelf.run(context.pathParam("run"));
        List<FileView> files = run.files().stream()
                .map(file -> new FileView(file.name(), file.bytes(), mediaType(file.name()), pixels(run, file.name())))
                .toList();
        Answers.json(context, Map.of("files", files));
    }

    private static @Nullable PixelSize pixels(StoredRun run, String file) {
        if (!file.endsWith(".png")) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(open(run, file))) {
            boolean png = in.readLong() == PNG_SIGNATURE;
            in.readLong(); // length and name of the header
            return png ? new PixelSize(in.readInt(), in.readInt()) : null;
        } catch (IOException e) {
            return null; // cut short, or gone meanwhile
        }
    }

    private static String mediaType(String path) {
        String extension = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return MEDIA_TYPES.getOrDefault(extension, "application/octet-stream");
    }

    private void file(Context context) {
        String path = context.pathParam("path");
        boolean download = new Query(context).flag("download");
        StoredRun run = shelf.run(context.pathParam("run"));
        if (!run.has(path) || path.equals(RunFolder.INCOMPLETE)) {
            throw noSuchFile();
        }
        context.header("Content-Security-Policy", FILE_POLICY).contentType(mediaType(path));
        if (download) {
            context.header(
                    "Content-Disposition",
                    "attachment; filename=\""
                            + path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_") + "\"");
        }
        try {
            context.result(open(run, path));
        } catch (NoSuchFileException | RefusedFileException e) {
            throw noSuchFile(); // any more
        } catch (IOException e) {
            throw ApiException.unreadable("The file", e);
        }
    }

    private static ApiException noSuchFile() {
        return ApiException.missing("path", "The run has no such file.", "GET …/files lists them.");
    }

    private static InputStream open(StoredRun run, String file) throws IOException {
        return Channels.newInputStream(run.folder().open(file, Long.MAX_VALUE));
    }

    private void archive(Context context) throws IOException {
        StoredRun run = shelf.run(context.pathParam("run"));
        context.contentType("application/zip")
                .disableCompression()
                .header("Content-Disposition", "attachment; filename=\"" + run.name() + ".zip\"");
        try (ZipOutputStream zip = new ZipOutputStream(context.outputStream())) {
            for (ConfinedFolder.Entry entry : run.files()) {
                if (!entry.name().startsWith("checkpoints/")) {
                    add(zip, run, entry.name());
                }
            }
        }
    }

    private static void add(ZipOutputStream zip, StoredRun run, String path) throws IOException {
        try (InputStream in = open(run, path)) {
            zip.putNextEntry(new ZipEntry(run.name() + "/" + path));
            in.transferTo(zip);
            zip.closeEntry();
        } catch (NoSuchFileException | RefusedFileException e) {
            // A temporary file that was moved to its place meanwhile.
        }
    }
}
