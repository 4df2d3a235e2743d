package dev.hourglass.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The page at /api: openapi.yaml for people. */
final class ApiPage {
    private final ApiDescription api;
    private final StringBuilder html = new StringBuilder();

    private ApiPage(ApiDescription api) {
        this.api = api;
    }

    static String of(ApiDescription api) {
        return new ApiPage(api).render();
    }

    private String render() {
        html.append("""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Hourglass: API</title>
            <link rel="stylesheet" href="/api.css">
            </head>
            <body>
            <header><a href="/">Hourglass</a></header>
            <main>
            <h1>API</h1>
            """);
        paragraphs(api.root().path("info").path("description").asString());
        html.append("<p>The same for programs: <a href=\"/api/openapi.yaml\">openapi.yaml</a>.</p>\n");
        contents();
        for (JsonNode tag : api.root().path("tags")) {
            String name = tag.path("name").asString();
            html.append("<section>\n<h2 id=\"")
                    .append(escape(name))
                    .append("\">")
                    .append(escape(capital(name)));
            html.append("</h2>\n");
            paragraphs(tag.path("description").asString());
            operationsOf(name);
            html.append("</section>\n");
        }
        html.append("<section>\n<h2 id=\"schemas\">Objects</h2>\n");
        for (Map.Entry<String, JsonNode> schema :
                api.root().at("/components/schemas").properties()) {
            html.append("<h3 id=\"")
                    .append(schema.getKey())
                    .append("\">")
                    .append(schema.getKey())
                    .append("</h3>\n");
            paragraphs(schema.getValue().path("description").asString(""));
            html.append("<div class=\"schema\">")
                    .append(schema(schema.getValue(), 0))
                    .append("</div>\n");
        }
        return html.append("</section>\n</main>\n</body>\n</html>\n").toString();
    }

    private void contents() {
        html.append("<nav aria-label=\"Contents\"><ul>\n");
        for (JsonNode tag : api.root().path("tags")) {
            String name = tag.path("name").asString();
            html.append("<li><a href=\"#")
                    .append(name)
                    .append("\">")
                    .append(capital(name))
                    .append("</a></li>\n");
        }
        html.append("<li><a href=\"#schemas\">Objects</a></li>\n</ul></nav>\n");
    }

    private void operationsOf(String tag) {
        for (Map.Entry<String, JsonNode> path : api.root().path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                JsonNode operation = method.getValue();
                if (!method.getKey().equals("parameters")
                        && operation.path("tags").path(0).asString().equals(tag)) {
                    operation(method.getKey().toUpperCase(Locale.ROOT), path.getKey(), path.getValue(), operation);
                }
            }
        }
    }

    private void operation(String method, String path, JsonNode shared, JsonNode operation) {
        html.append("<article id=\"")
                .append(escape(operation.path("operationId").asString()))
                .append("\">\n<h3><code>");
        html.append(method).append(' ').append(escape(path)).append("</code></h3>\n");
        paragraphs(operation.path("summary").asString() + ".");
        paragraphs(operation.path("description").asString(""));
        List<JsonNode> parameters = new ArrayList<>();
        shared.path("parameters").forEach(parameters::add);
        operation.path("parameters").forEach(parameters::add);
        if (!parameters.isEmpty()) {
            html.append(
                    "<table>\n<thead><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr></thead><tbody>\n");
            parameters.forEach(parameter -> parameter(api.follow(parameter)));
            html.append("</tbody></table>\n");
        }
        JsonNode body = api.follow(operation.path("requestBody"));
        if (!body.isMissingNode()) {
            html.append("<h4>Body</h4>\n");
            paragraphs(body.path("description").asString(""));
            content(body.path("content"));
        }
        for (Map.Entry<String, JsonNode> entry : operation.path("responses").properties()) {
            JsonNode response = api.follow(entry.getValue());
            if (!entry.getKey().equals("default")) {
                html.append("<h4>").append(entry.getKey()).append(' ');
                html.append(escape(response.path("description").asString())).append("</h4>\n");
                content(response.path("content"));
            }
        }
        html.append("</article>\n");
    }

    private void parameter(JsonNode parameter) {
        boolean required = parameter.path("required").asBoolean(false);
        html.append("<tr><td><code>")
                .append(escape(parameter.path("name").asString()))
                .append("</code>");
        html.append(required ? "" : " <small>optional</small>").append("</td><td>");
        html.append(escape(parameter.path("in").asString())).append("</td><td>");
        html.append(schema(parameter.path("schema"), 0)).append("</td><td>");
        html.append(inline(parameter.path("description").asString(""))).append("</td></tr>\n");
    }

    private void content(JsonNode content) {
        for (Map.Entry<String, JsonNode> type : content.properties()) {
            html.append("<div class=\"schema\"><code>")
                    .append(escape(type.getKey()))
                    .append("</code> ");
            html.append(schema(type.getValue().path("schema"), 0)).append("</div>\n");
        }
    }

    /** A type in one line, an object as a list of its properties. */
    private String schema(JsonNode schema, int depth) {
        JsonNode reference = schema.path("$ref");
        if (reference.isString()) {
            String name = reference.asString().substring(reference.asString().lastIndexOf('/') + 1);
            return "<a href=\"#" + name + "\">" + name + "</a>";
        }
        for (String combination : List.of("allOf", "oneOf")) {
            if (schema.has(combination)) {
                List<String> parts = new ArrayList<>();
                schema.path(combination).forEach(part -> parts.add(schema(part, depth)));
                return String.join(combination.equals("allOf") ? " and " : " or ", parts);
            }
        }
        if (schema.has("properties") && depth < 4) {
            StringBuilder list = new StringBuilder("<ul>");
            for (Map.Entry<String, JsonNode> property :
                    schema.path("properties").properties()) {
                list.append("<li><code>").append(escape(property.getKey())).append("</code>: ");
                list.append(schema(property.getValue(), depth + 1));
                String description = property.getValue().path("description").asString("");
                list.append(description.isEmpty() ? "" : " <span>" + inline(description) + "</span>")
                        .append("</li>");
            }
            return list.append("</ul>").toString();
        }
        if (schema.path("type").asString("").equals("array") || schema.has("items")) {
            return "list of " + schema(schema.path("items"), depth);
        }
        return simple(schema);
    }

    private static String simple(JsonNode schema) {
        StringBuilder text = new StringBuilder();
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            List<String> names = new ArrayList<>();
            type.forEach(name -> names.add(name.asString()));
            text.append(String.join(" or ", names));
        } else {
            text.append(type.asString(""));
        }
        if (schema.has("const")) {
            text.append('"').append(schema.path("const").asString()).append('"');
        }
        if (schema.has("enum")) {
            List<String> values = new ArrayList<>();
            schema.path("enum").forEach(value -> values.add(value.asString()));
            text.append(": ").append(String.join(", ", values));
        }
        for (String limit : List.of("minimum", "maximum", "default")) {
            if (schema.has(limit)) {
                text.append(", ")
                        .append(limit)
                        .append(' ')
                        .append(schema.path(limit).asString());
            }
        }
        return escape(text.toString());
    }

    private void paragraphs(String text) {
        for (String paragraph : text.strip().split("\n\\s*\n", -1)) {
            if (!paragraph.isBlank() && !paragraph.equals(".")) {
                html.append("<p>").append(inline(paragraph)).append("</p>\n");
            }
        }
    }

    /** Of Markdown, `code` and **strong**. */
    private static String inline(String text) {
        return escape(text.strip())
                .replaceAll("`([^`]+)`", "<code>$1</code>")
                .replaceAll("\\*\\*([^*]+)\\*\\*", "<strong>$1</strong>");
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
