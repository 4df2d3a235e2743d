package dev.hourglass.server.http;

import dev.hourglass.data.DatasetException;
import dev.hourglass.engine.UnknownNumberException;
import dev.hourglass.files.FileChangedException;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.lab.LabException;
import dev.hourglass.lab.recipe.RecipeException;
import dev.hourglass.model.BypassException;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.ShapeException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What requests that fail are told: one shape for all errors, no path of this machine and no stack trace. */
public final class ErrorResponses {
    private static final System.Logger LOG = System.getLogger(ErrorResponses.class.getName());
    private static final int MOST_SHOWN = 60;
    private static final String REPORT = "Try again, and report it if it persists.";
    /** Folders before a file's name; a lone slash, as in "samples/s", is none. */
    private static final Pattern FOLDERS = Pattern.compile("(?<![\\w.])(?:[A-Za-z]:)?(?:/[\\w.@ +~-]+)+/(?=[\\w.-])");

    private ErrorResponses() {}

    public static void addTo(RoutesConfig routes) {
        routes.exception(ApiException.class, (e, context) -> {
            if (e.status() == 429 || e.status() == 503) {
                context.header("Retry-After", "1");
            }
            answer(context, e.status(), e.field(), e.getMessage(), e.fix());
        });
        routes.exception(DatasetException.class, (e, context) -> impossible(context, "data", e));
        routes.exception(FileChangedException.class, (e, context) -> impossible(context, "data", e));
        routes.exception(CorruptFileException.class, (e, context) -> impossible(context, null, e));
        routes.exception(UnsupportedModelException.class, (e, context) -> impossible(context, null, e));
        routes.exception(BypassException.class, (e, context) -> impossible(context, null, e));
        routes.exception(RecipeException.class, (e, context) -> impossible(context, "text", e));
        routes.exception(UnknownNumberException.class, (e, context) -> impossible(context, null, e));
        routes.exception(ShapeException.class, (e, context) -> impossible(context, null, e));
        routes.exception(LabException.class, (e, context) -> impossible(context, null, e));
        routes.exception(HttpResponseException.class, (e, context) -> ofHttp(context, e.getStatus()));
        routes.exception(
                Exception.class, (e, context) -> mistake(context, context.method() + " " + excerpt(context.path()), e));
    }

    /** Errors of the JVM end the request, not the server. */
    public static void ofJvm(HttpServletResponse response, Error error) {
        String id = logged("A request failed", error);
        boolean memory = error instanceof OutOfMemoryError;
        response.setStatus(memory ? 503 : 500);
        response.setContentType(Body.JSON);
        if (memory) {
            response.setHeader("Retry-After", "1");
        }
        Map<String, @Nullable Object> told = memory
                ? error(
                        null,
                        MemoryBudget.shortage().getMessage(),
                        MemoryBudget.shortage().fix())
                : error(null, mistake(id), REPORT);
        told.put("id", id);
        try {
            response.getOutputStream().write(Answers.JSON.writeValueAsBytes(Map.of("error", told)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "Nobody waited for the answer", e);
        }
    }

    private static void impossible(Context context, @Nullable String field, Exception e) {
        answer(context, 422, field, withoutFolders(String.valueOf(e.getMessage())), null);
    }

    private static void ofHttp(Context context, int status) {
        switch (status) {
            case 404 ->
                answer(
                        context,
                        status,
                        null,
                        "There is nothing at this address.",
                        "See /api for the available addresses.");
            case 405 -> answer(context, status, null, "This address does not take that method.", "See /api.");
            case 413 -> answer(context, status, null, "The request is too large.", "Send less at once.");
            default -> answer(context, status, null, "The request is malformed.", "See /api for what is expected.");
        }
    }

    private static void mistake(Context context, String what, Exception failure) {
        context.status(500);
        Answers.json(context, Map.of("error", mistake(what, failure)));
    }

    /** What stands behind {@code error} where nobody expected a failure, which the log then has under the id of the answer. */
    static Map<String, @Nullable Object> mistake(String what, @Nullable Throwable failure) {
        String id = logged(what, failure);
        Map<String, @Nullable Object> error = error(null, mistake(id), REPORT);
        error.put("id", id);
        return error;
    }

    private static String mistake(String id) {
        return "The server made a mistake; its log has it as " + id + ".";
    }

    /** Writes a failure to the log and returns the name that it has there. */
    private static String logged(String what, @Nullable Throwable failure) {
        String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        LOG.log(System.Logger.Level.ERROR, id + ": " + what, failure);
        return id;
    }

    static void answer(Context context, int status, @Nullable String field, String message, @Nullable String fix) {
        context.status(status);
        Answers.json(context, Map.of("error", error(field, message, fix)));
    }

    /** What stands behind {@code error} in every error. */
    static Map<String, @Nullable Object> error(@Nullable String field, String message, @Nullable String fix) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", message);
        error.put("field", field);
        error.put("fix", fix);
        return error;
    }

    /** What a failure says to whoever asked: our own words, or that the log has more. */
    public static String told(RuntimeException e) {
        if (e.getClass().getName().startsWith("dev.hourglass.") || e instanceof IllegalArgumentException) {
            return withoutFolders(String.valueOf(e.getMessage()));
        }
        return mistake(logged("A job failed", e));
    }

    /** What somebody sent, fit for one line of an error. */
    public static String excerpt(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > MOST_SHOWN ? printable.substring(0, MOST_SHOWN) + "…" : printable;
    }

    /** File names stay, the folders that they lie in are nobody's business. */
    public static String withoutFolders(String message) {
        return FOLDERS.matcher(message).replaceAll("");
    }
}
