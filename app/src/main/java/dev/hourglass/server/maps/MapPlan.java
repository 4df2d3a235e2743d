package dev.hourglass.server.maps;

import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The map that is requested.
 *
 * @param limit how many samples, the first ones
 * @param perplexity as {@link dev.hourglass.evaluate.tsne.TSneOptions} has it; of t-SNE alone, like the two after it
 */
record MapPlan(
        Method method,
        String data,
        @Nullable Integer epoch,
        @Nullable Integer limit,
        double perplexity,
        int iterations,
        long seed) {
    /** How many dimensions become two. */
    enum Method {
        PCA,
        TSNE;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static MapPlan of(JsonNode body) {
        String method = Body.text(body, "method");
        if (method == null || !List.of("pca", "tsne").contains(method)) {
            throw ApiException.malformed("method", "method must be \"pca\" or \"tsne\".", "Give one of these.");
        }
        String data = Body.text(body, "data");
        return new MapPlan(
                method.equals("pca") ? Method.PCA : Method.TSNE,
                data == null ? "test" : data,
                integer(body, "epoch", 1, 1_000_000, null),
                integer(body, "limit", 2, Integer.MAX_VALUE, null),
                number(body, "perplexity", 1, 1_000, 30),
                (int) number(body, "iterations", 50, 10_000, 1_000),
                (long) number(body, "seed", -1e15, 1e15, 42));
    }

    private static @Nullable Integer integer(
            JsonNode body, String field, int least, int most, @Nullable Integer otherwise) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
            throw ApiException.malformed(
                    field,
                    field + " must be a whole number from " + least + " to " + most + ".",
                    "Give such a number.");
        }
        return value.asInt();
    }

    private static double number(JsonNode body, String field, double least, double most, double otherwise) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber() || !(value.asDouble() >= least && value.asDouble() <= most)) {
            throw ApiException.malformed(
                    field, field + " must be a number from " + least + " to " + most + ".", "Give such a number.");
        }
        return value.asDouble();
    }

    /** A name that says what the map is and tells it from all others of the model. */
    String id() {
        String rest =
                epoch + "/" + limit + (method == Method.PCA ? "" : "/" + perplexity + "/" + iterations + "/" + seed);
        return method.key() + "-" + data + "-" + HexFormat.of().toHexDigits(rest.hashCode());
    }
}
