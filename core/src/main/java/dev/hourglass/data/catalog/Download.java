package dev.hourglass.data.catalog;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Brings files from web servers. A download that breaks off is resumed, by the next try or the next process. */
final class Download implements AutoCloseable {
    private static final int TRIES = 3;
    private static final long POLL_MILLIS = 50;
    private static final long LEAST_BYTES = 16 * 1024;

    private final HttpClient client;
    private final Duration patience;
    private final FetchListener listener;

    /**
     * What is asked for.
     *
     * @param name for messages and progress
     * @param limit in bytes, above which an answer is refused
     */
    record Wanted(String name, long limit) {
        /** A file, or an archive of files, plain or gzipped: what can't be compressed grows a little in gzip. */
        static Wanted of(String name, long bytes) {
            return new Wanted(name, bytes + bytes / 1000 + 1024);
        }
    }

    Download(FetchSettings settings, FetchListener listener) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .proxy(settings.proxies())
                .build();
        this.patience = settings.patience();
        this.listener = listener;
    }

    /**
     * @param part receives the file as sent; if it holds something, only the rest is asked for
     * @throws SourceException if the server doesn't give the file; what arrived stays in the part
     * @throws IOException if the part can't be written
     */
    void run(URI address, Wanted file, Path part) throws SourceException, IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            long before = length(part);
            try {
                tryOnce(address, file, part);
                return;
            } catch (SourceException broken) {
                long now = length(part);
                if (now == 0) {
                    Files.deleteIfExists(part);
                }
                if (!broken.resumable() || tries == TRIES || now <= before) {
                    throw broken;
                }
            }
        }
    }

    private void tryOnce(URI address, Wanted file, Path part)
            throws SourceException, IOException, InterruptedException {
        boolean refusedRest;
        try (PartFile body = new PartFile(part, file.limit())) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address);
            if (body.start() > 0) {
                request.header("Range", "bytes=" + body.start() + "-");
            }
            HttpResponse<Long> answer = await(client.sendAsync(request.build(), body), body, file);
            body.checkWritten();
            if (body.accepted()) {
                return;
            }
            refusedRest = body.start() > 0 && (answer.statusCode() == 206 || answer.statusCode() == 416);
            if (!refusedRest) {
                throw new SourceException(refusal(file, answer));
            }
        } finally {
            if (length(part) >= file.limit()) {
                // Longer than any right one, so nothing to go on from.
                Files.delete(part);
            }
        }
        Files.deleteIfExists(part);
        tryOnce(address, file, part);
    }

    private HttpResponse<Long> await(CompletableFuture<HttpResponse<Long>> exchange, PartFile body, Wanted file)
            throws SourceException, IOException, InterruptedException {
        long reported = -1;
        long windowStart = System.nanoTime();
        long windowBytes = 0;
        try {
            while (true) {
                boolean done = finished(exchange);
                if (body.accepted() && body.length() != reported) {
                    reported = body.length();
                    listener.onEvent(new FetchEvent.Progress(file.name(), reported, body.total()));
                }
                if (done) {
                    return exchange.get();
                }
                Duration waited = Duration.ofNanos(System.nanoTime() - windowStart);
                if (waited.compareTo(patience) > 0) {
                    long arrived = body.received() - windowBytes;
                    if (arrived < LEAST_BYTES) {
                        throw new SourceException(tooSlow(body, arrived, file));
                    }
                    windowStart = System.nanoTime();
                    windowBytes = body.received();
                }
            }
        } catch (ExecutionException e) {
            body.checkWritten();
            throw new SourceException(
                    (body.accepted() ? "broke off " + file.name() + ": " : "")
                            + Reason.of(Objects.requireNonNullElse(e.getCause(), e)),
                    !body.tooLong());
        } finally {
            exchange.cancel(true);
        }
    }

    /** Waits a moment. */
    private static boolean finished(CompletableFuture<?> exchange) throws InterruptedException {
        try {
            exchange.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            // The caller asks for it once it has told the progress.
        }
        return true;
    }

    private String tooSlow(PartFile body, long arrived, Wanted file) {
        double seconds = patience.toMillis() / 1000.0;
        return body.accepted()
                ? String.format(Locale.ROOT, "sent only %,d bytes of %s in %.1f s", arrived, file.name(), seconds)
                : String.format(Locale.ROOT, "did not answer within %.1f s", seconds);
    }

    private static String refusal(Wanted file, HttpResponse<?> answer) {
        String status = "answered with status " + answer.statusCode() + " for " + file.name();
        return answer.headers()
                .firstValue("Location")
                .map(target -> status + ", a redirect to " + target + " that is not followed")
                .orElse(status);
    }

    private static long length(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /** Waits for nothing: a thread may hang in a name look-up. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
