package dev.hourglass.lab.recipe;

import dev.hourglass.lab.recipe.Node.Entry;
import dev.hourglass.lab.recipe.Node.Kind;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.lab.recipe.Node.Scalar;
import dev.hourglass.lab.recipe.Node.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Builds {@link Node}s from the token stream of one YAML document. Takes no aliases, no tags and no deep nesting. */
final class YamlTree {
    private static final int MAX_DEPTH = 32;

    private final YAMLParser parser;
    private final String file;

    private YamlTree(YAMLParser parser, String file) {
        this.parser = parser;
        this.file = file;
    }

    /**
     * @param file named in errors
     * @throws RecipeException if the text is not one YAML document
     */
    static Node parse(String text, String file) {
        try (YAMLParser parser = (YAMLParser) new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            YamlTree tree = new YamlTree(parser, file);
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new Place(file, 1, 1, "")
                        .error("expected a recipe, found an empty file. Copy labs/mnist.yaml and change it.");
            }
            Node root = tree.node(first, "", 0);
            if (parser.nextToken() != null) {
                throw tree.here("")
                        .error("expected one YAML document, found a second one. Put each recipe into its own file.");
            }
            return root;
        } catch (JacksonException e) {
            throw notYaml(e, text, file);
        }
    }

    private Node node(JsonToken token, String path, int depth) {
        Place place = here(path);
        if (parser.isCurrentAlias()) {
            throw place.error("expected a value, found the alias '*" + parser.getString()
                    + "'. Recipes take no YAML aliases; write the value out.");
        }
        if (depth > MAX_DEPTH) {
            throw place.error(
                    "expected at most " + MAX_DEPTH + " levels, found more. Recipes are flat; see labs/mnist.yaml.");
        }
        return switch (token) {
            case START_OBJECT -> mapping(place, depth);
            case START_ARRAY -> sequence(place, depth);
            case VALUE_NUMBER_INT -> new Scalar(place, Kind.INTEGER, parser.getString());
            case VALUE_NUMBER_FLOAT -> new Scalar(place, Kind.DECIMAL, parser.getString());
            case VALUE_TRUE, VALUE_FALSE -> new Scalar(place, Kind.BOOLEAN, parser.getString());
            case VALUE_NULL -> new Scalar(place, Kind.NOTHING, "");
            default -> {
                String text = parser.getString();
                yield new Scalar(place, text.isEmpty() ? Kind.NOTHING : Kind.TEXT, text);
            }
        };
    }

    private Mapping mapping(Place place, int depth) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Place keyPlace = here(place.path().isEmpty() ? key : place.path() + "." + key);
            Entry earlier = entries.get(key);
            if (earlier != null) {
                throw keyPlace.error("expected each key once, found '" + key + "' again (first on line "
                        + earlier.key().line() + "). Remove one.");
            }
            entries.put(key, new Entry(keyPlace, node(parser.nextToken(), keyPlace.path(), depth + 1)));
        }
        return new Mapping(place, entries);
    }

    private Sequence sequence(Place place, int depth) {
        List<Node> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(node(token, place.path() + "[" + items.size() + "]", depth + 1));
        }
        return new Sequence(place, items);
    }

    private Place here(String path) {
        TokenStreamLocation location = parser.currentTokenLocation();
        return new Place(file, Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()), path);
    }

    private static RecipeException notYaml(JacksonException e, String text, String file) {
        TokenStreamLocation location = e.getLocation();
        int line = location == null ? 1 : Math.max(1, location.getLineNr());
        int column = location == null ? 1 : Math.max(1, location.getColumnNr());
        String problem = firstLine(e.getOriginalMessage());
        // The engine's own exception says where the problem is, Jackson's where the token before it began.
        if (e.getCause() instanceof MarkedYamlEngineException cause) {
            Optional<Mark> mark = cause.getProblemMark().or(cause::getContextMark);
            line = mark.map(Mark::getLine).orElse(line - 1) + 1;
            column = mark.map(Mark::getColumn).orElse(column - 1) + 1;
            problem = firstLine(cause.getProblem());
        }
        Place place = new Place(file, line, column, "");
        boolean tab = text.lines().skip(line - 1L).findFirst().orElse("").matches(" *\t.*");
        String correction = tab
                ? "expected spaces, found a tab. YAML is indented with spaces only."
                : "expected YAML, found a mistake: " + problem
                        + ". Check indentation, brackets, quotes and the space after a colon.";
        return place.error(correction, e);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").replaceAll("[.\\s]+$", "");
    }
}
