package dev.hourglass.server.http;

import io.javalin.http.Context;
import java.util.Locale;
import org.eclipse.jetty.server.Request;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The body of a request, read within limits. */
public final class Body {
    public static final String JSON = "application/json";
    /** For bodies of words and options. */
    static final int SMALL = 1 << 20;
    /** For samples as numbers. */
    static final int LARGE = 16 << 20;
    /** For files. */
    static final int VERY_LARGE = 64 << 20;

    /** Reads JSON that is not nested deeply. */
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxNumberLength(64)
                    .maxStringLength(SMALL)
                    .build())
            .build();

    private static final JsonMapper MAPPER = new JsonMapper(FACTORY);

    private Body() {}

    /** The media type without parameters, in lower case; empty if there is none. */
    public static String mediaType(Context context) {
        String type = context.header("Content-Type"); // contentType() fails where the charset is one that Java lacks
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /** How long the body of a request may be, by what it asks for. */
    static int mostBytes(Request request) {
        return switch (Operation.of(request)) {
            case UPLOAD -> VERY_LARGE;
            case SERVICE -> LARGE;
            case OTHER -> SMALL;
        };
    }

    /** The body, which was read within its limits before; empty if there is none. */
    public static byte[] read(Context context) {
        return context.req().getAttribute(Intake.BODY) instanceof byte[] bytes ? bytes : new byte[0];
    }

    static ApiException tooLarge(int most) {
        return ApiException.of(
                413, null, "The request's body may have at most " + most + " bytes.", "Send less at once.");
    }

    /** An object in JSON. */
    public static JsonNode object(Context context) {
        requireType(context, JSON);
        byte[] bytes = read(context);
        try {
            JsonNode body = MAPPER.readTree(bytes);
            if (body.isObject()) {
                return body;
            }
        } catch (JacksonException e) {
            throw notJson(e);
        }
        throw ApiException.malformed(null, "The request's body must be a JSON object.", "See /api for its fields.");
    }

    public static void requireType(Context context, String... types) {
        for (String type : types) {
            if (mediaType(context).equals(type)) {
                return;
            }
        }
        throw ApiException.of(
                415,
                "Content-Type",
                "Content-Type must be " + String.join(" or ", types) + ", got '"
                        + ErrorResponses.excerpt(mediaType(context)) + "'.",
                "Set the header to the body's type.");
    }

    public static ApiException notJson(JacksonException e) {
        String place = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        return ApiException.malformed(null, "The request's body is not valid JSON" + place + ".", "Correct it there.");
    }

    /** A field that must be a text; null where it is missing or null. */
    public static @org.jspecify.annotations.Nullable String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw ApiException.malformed(field, field + " must be a text.", "Put it in quotes.");
        }
        return value.asString();
    }
}
