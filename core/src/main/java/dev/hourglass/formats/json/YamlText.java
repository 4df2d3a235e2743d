package dev.hourglass.formats.json;

import dev.hourglass.formats.UnsupportedModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads YAML as Python's PyYAML writes it, such as {@code model.to_yaml()} of Keras 1 and 2, into the same values as JSON.
 * Of its tags those are known that stand for a list or a text; every other one names a class or a function, and is refused.
 * Nothing is constructed but {@link Json}, within limits that hold for what aliases repeat as well.
 */
public final class YamlText {
    private static final int MOST_DEPTH = 100;
    private static final int MOST_VALUES = 500_000;
    private static final int MOST_NUMBER_LENGTH = 60;
    private static final String STANDARD = "tag:yaml.org,2002:";
    private static final Set<String> LISTS = Set.of("seq", "python/tuple", "python/list");
    private static final Set<String> TEXTS = Set.of("str", "python/unicode", "python/str");
    private static final Set<String> PLAIN = Set.of("int", "float", "bool", "null", "python/long", "python/int");
    private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?");

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setCodePointLimit(JsonText.MOST_CHARACTERS)
            .setParseComments(false)
            .build();

    /** A value and how many values it is with all that lie in it. */
    private record Counted(Json json, long values) {}

    private final Iterator<Event> events;
    private final Map<Anchor, Counted> anchored = new HashMap<>();
    private long values;

    private YamlText(Iterator<Event> events) {
        this.events = events;
    }

    /**
     * @param document named in errors
     * @throws dev.hourglass.tensor.CorruptFileException if the text is not one YAML document, or beyond the limits
     * @throws UnsupportedModelException if it names code
     */
    public static Json parse(String text, Json.Document document) {
        Json.Place root = new Json.Place(document, null, "");
        try {
            YamlText yaml = new YamlText(new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text)));
            yaml.events.next(); // of the stream
            if (yaml.events.next().getEventId() != Event.ID.DocumentStart) {
                throw root.corrupt("YAML", "nothing");
            }
            Json json = yaml.value(yaml.events.next(), root, 0);
            yaml.events.next(); // the document's end
            if (yaml.events.next().getEventId() != Event.ID.StreamEnd) {
                throw root.corrupt("one YAML document", "a second one");
            }
            return json;
        } catch (YamlEngineException e) {
            throw root.corrupt("YAML", reason(e));
        }
    }

    private static String reason(YamlEngineException e) {
        String said = e instanceof MarkedYamlEngineException marked ? marked.getProblem() : e.getMessage();
        String where = e instanceof MarkedYamlEngineException marked
                ? marked.getProblemMark()
                        .map(mark -> " at line " + (mark.getLine() + 1))
                        .orElse("")
                : "";
        return Json.printable(String.valueOf(said)) + where;
    }

    private Json value(Event event, Json.Place place, int depth) {
        if (depth > MOST_DEPTH) {
            throw place.corrupt("at most " + MOST_DEPTH + " values within each other", "more");
        }
        if (event instanceof AliasEvent alias) {
            return repeated(alias, place);
        }
        long before = values;
        count(1, place);
        Json json = event instanceof ScalarEvent scalar
                ? scalar(scalar, place)
                : event instanceof MappingStartEvent mapping
                        ? mapping(mapping, place, depth)
                        : sequence(event, place, depth);
        Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
        anchor.ifPresent(name -> anchored.put(name, new Counted(json, values - before)));
        return json;
    }

    /** What an alias stands for counts again, so that nobody can ask for a billion values in a few lines. */
    private Json repeated(AliasEvent alias, Json.Place place) {
        Counted counted = anchored.get(alias.getAlias());
        if (counted == null) {
            throw place.corrupt(
                    "a value that was written before",
                    "*" + Json.printable(alias.getAlias().getValue()));
        }
        count(counted.values, place);
        return counted.json;
    }

    private void count(long more, Json.Place place) {
        values += more;
        if (values > MOST_VALUES) {
            throw place.corrupt("at most " + MOST_VALUES + " values", "more");
        }
    }

    private Json mapping(MappingStartEvent start, Json.Place place, int depth) {
        requireTag(start, place, Set.of("map"));
        Map<String, Json> members = new LinkedHashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(event instanceof ScalarEvent key)) {
                throw place.corrupt("names of members", "another kind of value");
            }
            String name = key.getValue();
            Json.Place member = place.member(name);
            if (members.put(name, value(events.next(), member, depth + 1)) != null) {
                throw place.corrupt("each member once", "'" + Json.printable(name) + "' twice");
            }
        }
        return new Json.Mapping(place, members);
    }

    private Json sequence(Event start, Json.Place place, int depth) {
        requireTag((CollectionStartEvent) start, place, LISTS);
        List<Json> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(value(event, place.item(items.size()), depth + 1));
        }
        return new Json.Sequence(place, items);
    }

    private static void requireTag(CollectionStartEvent start, Json.Place place, Set<String> known) {
        start.getTag().filter(tag -> !isKnown(tag, known)).ifPresent(tag -> {
            throw code(tag, place);
        });
    }

    private static boolean isKnown(String tag, Set<String> known) {
        return tag.equals("!") || (tag.startsWith(STANDARD) && known.contains(tag.substring(STANDARD.length())));
    }

    private static UnsupportedModelException code(String tag, Json.Place place) {
        String name = tag.startsWith(STANDARD) ? tag.substring(STANDARD.length()) : tag;
        return new UnsupportedModelException(place.document().file() + ": " + place + " is a "
                + Json.printable(name)
                + ", which is code, and Hourglass runs no code of a file. Save the architecture without it.");
    }

    private static Json scalar(ScalarEvent scalar, Json.Place place) {
        String text = scalar.getValue();
        String tag = scalar.getTag().orElse("");
        if (isKnown(tag, TEXTS) || (tag.isEmpty() && !scalar.isPlain())) {
            return new Json.Text(place, text);
        }
        if (!tag.isEmpty() && !isKnown(tag, PLAIN)) {
            throw code(tag, place);
        }
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> new Json.Nothing(place);
            case "true", "True", "TRUE" -> new Json.Flag(place, true);
            case "false", "False", "FALSE" -> new Json.Flag(place, false);
            default ->
                text.length() <= MOST_NUMBER_LENGTH && NUMBER.matcher(text).matches()
                        ? new Json.Numeral(place, text)
                        : new Json.Text(place, text);
        };
    }
}
