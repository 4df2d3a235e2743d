package dev.hourglass.server;

import dev.hourglass.server.http.ApiException;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The pages and the libraries they use, from the jars: pages from {@code web/}, libraries under /vendor/ as
 * {@link ImportMap} says. Kept in memory, compressed once.
 */
final class WebFiles {
    private static final String PAGES = "web/";
    private static final Pattern NAME =
            Pattern.compile("(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*");
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2",
            "webmanifest", "application/manifest+json",
            "txt", "text/plain; charset=utf-8");

    private final ImportMap imports = ImportMap.ofClassPath();
    private final Map<String, Asset> assets = new ConcurrentHashMap<>();

    /** @param tag the digest of the bytes, as an ETag has it */
    private record Asset(String mediaType, byte[] bytes, byte[] gzipped, String tag) {}

    /** Answers with the file of the request's path, index.html for the root. */
    void serve(Context context) {
        String name = context.path().equals("/") ? "index.html" : context.path().substring(1);
        Asset asset = find(name)
                .orElseThrow(() -> ApiException.missing(null, "There is no such file.", "Open / for the pages."));
        context.header("ETag", asset.tag()).header("Cache-Control", "no-cache").header("Vary", "Accept-Encoding");
        if (asset.tag().equals(context.header("If-None-Match"))) {
            context.status(304);
            return;
        }
        String encodings = context.header("Accept-Encoding");
        context.contentType(asset.mediaType()).disableCompression();
        if (encodings != null && encodings.contains("gzip")) {
            context.header("Content-Encoding", "gzip").result(asset.gzipped());
        } else {
            context.result(asset.bytes());
        }
    }

    private Optional<Asset> find(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        Asset known = assets.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        String vendor = ImportMap.LIBRARIES.substring(1);
        String resource = name.startsWith(vendor)
                ? imports.resource(name.substring(vendor.length())).orElse("")
                : PAGES + name;
        URL file = resource.isEmpty() ? null : WebFiles.class.getResource(resource);
        String mediaType =
                MEDIA_TYPES.get(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        if (file == null || mediaType == null) {
            return Optional.empty();
        }
        Asset asset = load(file, mediaType);
        // While the pages are written they lie in a folder, and a reload shall show the change.
        if (!file.getProtocol().equals("file")) {
            assets.put(name, asset);
        }
        return Optional.of(asset);
    }

    private Asset load(URL file, String mediaType) {
        try (InputStream in = file.openStream()) {
            byte[] bytes = in.readAllBytes();
            if (mediaType.startsWith("text/javascript")) {
                bytes = imports.resolve(new String(bytes, StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.UTF_8);
            }
            ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(gzipped)) {
                out.write(bytes);
            }
            return new Asset(mediaType, bytes, gzipped.toByteArray(), tag(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("The jar's file " + file + " cannot be read", e);
        }
    }

    private static String tag(byte[] bytes) {
        try {
            return '"'
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16)
                    + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
