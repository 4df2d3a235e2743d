package dev.hourglass.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * openapi.yaml: the description of the API, which a test compares with the routes.
 *
 * @param text as it is served
 * @param root the same, read
 */
record ApiDescription(String text, JsonNode root) {
    static ApiDescription ofJar() {
        try (InputStream in = ApiDescription.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks openapi.yaml; build it again");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new ApiDescription(text, new YAMLMapper().readTree(text));
        } catch (IOException e) {
            throw new UncheckedIOException("The jar's openapi.yaml cannot be read", e);
        }
    }

    /** What is described, such as {@code GET /api/runs/{run}}. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> entry : path.getValue().properties()) {
                if (!entry.getKey().equals("parameters")) {
                    operations.add(entry.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                }
            }
        }
        return operations;
    }

    /** The node that a {@code $ref} points to, or the node itself. */
    JsonNode follow(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isString() ? root.at(reference.asString().substring(1)) : node;
    }
}
