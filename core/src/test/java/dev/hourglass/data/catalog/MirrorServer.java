package dev.hourglass.data.catalog;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hourglass.data.files.Idx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server on this machine that serves the files of {@link DigitsCatalog} gzipped, or misbehaves as told. */
final class MirrorServer implements AutoCloseable {
    /** How the server answers a request. */
    @FunctionalInterface
    interface Behaviour {
        /** @param file as a good server would send it; empty if there is no such file */
        void answer(HttpExchange exchange, byte[] file) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    /** One entry for each request: the file's name and, after a blank, the range if one was asked for. */
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private volatile Behaviour behaviour = MirrorServer::sendRange;

    MirrorServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    DatasetSource.Mirror mirror() {
        return new DatasetSource.Mirror(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/digits/"), ".gz");
    }

    void behave(Behaviour other) {
        behaviour = other;
    }

    List<String> requests() {
        return requests;
    }

    static void sendWhole(HttpExchange exchange, byte[] file) throws IOException {
        send(exchange, 200, file);
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    /** As a good server does. */
    static void sendRange(HttpExchange exchange, byte[] file) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            sendWhole(exchange, file);
            return;
        }
        int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        if (from >= file.length) {
            send(exchange, 416, new byte[0]);
            return;
        }
        exchange.getResponseHeaders()
                .add("Content-Range", "bytes " + from + "-" + (file.length - 1) + "/" + file.length);
        exchange.sendResponseHeaders(206, file.length - from);
        exchange.getResponseBody().write(file, from, file.length - from);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String name = exchange.getRequestURI().getPath().replaceAll("/digits/|\\.gz$", "");
        String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(range == null ? name : name + " " + range);
        byte[] content = DigitsCatalog.FILES.get(name);
        try (exchange) {
            behaviour.answer(exchange, content == null ? new byte[0] : Idx.gzip(content));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
