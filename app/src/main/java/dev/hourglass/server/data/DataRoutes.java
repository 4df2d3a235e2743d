package dev.hourglass.server.data;

import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Data that are brought in pieces, so that what was cut off goes on where it ended; their list and removal. */
public final class DataRoutes implements Routes {
    private static final String OFFSET = "Upload-Offset";
    private static final String BYTES = "application/octet-stream";

    private final BroughtData data;
    private final Function<Path, Optional<String>> user;
    private final Consumer<Path> removed;

    /**
     * @param user names a run that is not over and uses data that lie there
     * @param removed is told what is no longer there
     */
    public DataRoutes(BroughtData data, Function<Path, Optional<String>> user, Consumer<Path> removed) {
        this.data = data;
        this.user = user;
        this.removed = removed;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/data", this::list);
        routes.post("/api/data", this::finish);
        routes.delete("/api/data/{name}", this::remove);
        routes.get("/api/uploads/{upload}", this::pieces);
        routes.delete("/api/uploads/{upload}", this::forget);
        routes.patch("/api/uploads/{upload}/files/<path>", this::append);
    }

    private record Listed(
            List<BroughtData.Item> data, List<BroughtData.Begun> uploads, long usedBytes, long quotaBytes) {}

    private void list(Context context) {
        Answers.json(context, new Listed(data.items(), data.begun(), data.usedBytes(), data.quotaBytes()));
    }

    private void pieces(Context context) {
        Answers.json(context, Map.of("files", data.pieces(context.pathParam("upload"))));
    }

    private void append(Context context) {
        Body.requireType(context, BYTES);
        String text = new Query(context).required("offset");
        if (!text.matches("[0-9]{1,18}")) {
            throw ApiException.malformed("offset", "offset must be a number of bytes.", "Give where the piece begins.");
        }
        long there = data.append(
                context.pathParam("upload"), context.pathParam("path"), Long.parseLong(text), Body.read(context));
        context.header(OFFSET, String.valueOf(there));
        Answers.json(context, Map.of("bytes", there));
    }

    private void finish(Context context) {
        JsonNode body = Body.object(context);
        String upload = Body.text(body, "upload");
        String name = Body.text(body, "name");
        JsonNode files = body.path("files");
        JsonNode bytes = body.path("bytes");
        if (upload == null
                || name == null
                || !files.canConvertToInt()
                || !files.isIntegralNumber()
                || !bytes.isIntegralNumber()
                || !bytes.canConvertToLong()) {
            throw ApiException.malformed(
                    null,
                    "The request needs 'upload' and 'name', and 'files' and 'bytes' as whole numbers.",
                    "See /api for its fields.");
        }
        BroughtData.Measure whole = new BroughtData.Measure(files.asInt(), bytes.asLong());
        BroughtData.Item item = data.finish(upload, name, body.path("folder").asBoolean(false), whole);
        context.status(201);
        Answers.json(context, item);
    }

    private void remove(Context context) {
        BroughtData.Item item = data.item(context.pathParam("name"));
        Path path = data.path(item.name());
        Optional<String> using = user.apply(path);
        if (using.isPresent()) {
            throw ApiException.conflict(
                    "Run " + using.get() + " uses these data and is not over.", "Stop it first, or wait for its end.");
        }
        data.remove(item);
        removed.accept(path);
        context.status(204);
    }

    private void forget(Context context) {
        data.forget(context.pathParam("upload"));
        context.status(204);
    }
}
