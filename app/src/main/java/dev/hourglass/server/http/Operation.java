package dev.hourglass.server.http;

import java.util.Set;
import org.eclipse.jetty.server.Request;

/** What a request asks for, as far as it decides how large it may be and in which line it stands. */
enum Operation {
    /** Samples or pieces of data that are kept. */
    UPLOAD,
    /** Numbers in, numbers out. */
    SERVICE,
    OTHER;

    private static final Set<String> SERVICES = Set.of("encode", "decode", "reconstruct", "score");

    /** By method and path, as they are sent. */
    static Operation of(Request request) {
        String path = request.getHttpURI().getPath();
        if (request.getMethod().equals("PATCH") && path != null && path.startsWith("/api/uploads/")) {
            return UPLOAD;
        }
        if (!request.getMethod().equals("POST") || path == null || !path.startsWith("/api/runs/")) {
            return OTHER;
        }
        int end = path.length();
        while (path.charAt(end - 1) == '/') {
            end--; // routes don't mind it
        }
        String last = path.substring(path.lastIndexOf('/', end - 1) + 1, end);
        return last.equals("uploads") ? UPLOAD : SERVICES.contains(last) ? SERVICE : OTHER;
    }
}
