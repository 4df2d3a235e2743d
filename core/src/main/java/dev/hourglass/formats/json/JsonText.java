package dev.hourglass.formats.json;

import dev.hourglass.tensor.CorruptFileException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON from text and to text. What is read is strict JSON within limits that keep a hostile document from taking memory
 * or time; each member of an object may come once.
 */
public final class JsonText {
    /** A model of a thousand layers takes 2 MB; a stored batch of ours at most 2 MB more. */
    public static final int MOST_CHARACTERS = 8 << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100)
                    .maxDocumentLength(MOST_CHARACTERS)
                    .maxTokenCount(500_000)
                    .maxStringLength(2 << 20)
                    .maxNameLength(1000)
                    .maxNumberLength(60)
                    .build())
            .build();

    private final JsonParser parser;

    private JsonText(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * @param document named in errors
     * @throws CorruptFileException if the text is not one JSON document, or beyond the limits
     */
    public static Json parse(String text, Json.Document document) {
        Json.Place root = new Json.Place(document, null, "");
        if (text.length() > MOST_CHARACTERS) {
            throw root.corrupt("at most " + MOST_CHARACTERS + " characters of JSON", text.length() + " characters");
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw root.corrupt("JSON", "nothing");
            }
            Json json = new JsonText(parser).value(first, root);
            if (parser.nextToken() != null) {
                throw root.corrupt("one JSON value", "more after it");
            }
            return json;
        } catch (JacksonException e) {
            throw root.corrupt("JSON", reason(e));
        }
    }

    /** What the parser says, without what concerns its programmers: where its limits are set, and what it redacted. */
    private static String reason(JacksonException e) {
        String plain =
                e.getOriginalMessage().replaceAll(", from `[^`]*`", "").replaceAll(" \\(for \\w+ starting at .*", "");
        TokenStreamLocation at = e.getLocation();
        return Json.printable(plain) + (at == null ? "" : " at character " + (at.getCharOffset() + 1));
    }

    private Json value(JsonToken token, Json.Place place) {
        return switch (token) {
            case START_OBJECT -> mapping(place);
            case START_ARRAY -> sequence(place);
            case VALUE_STRING -> new Json.Text(place, parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Numeral(place, parser.getString());
            case VALUE_TRUE -> new Json.Flag(place, true);
            case VALUE_FALSE -> new Json.Flag(place, false);
            case VALUE_NULL -> new Json.Nothing(place);
            default -> throw place.corrupt("a JSON value", token.toString());
        };
    }

    private Json mapping(Json.Place place) {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Json.Place member = place.member(name);
            if (members.put(name, value(parser.nextToken(), member)) != null) {
                throw place.corrupt("each member once", "'" + Json.printable(name) + "' twice");
            }
        }
        return new Json.Mapping(place, members);
    }

    private Json sequence(Json.Place place) {
        List<Json> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(value(token, place.item(items.size())));
        }
        return new Json.Sequence(place, items);
    }

    /** @param value a map by text or a list, of maps, lists, texts, numbers, flags and null */
    public static String write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            generate(value, generator);
        }
        return text.toString();
    }

    private static void generate(@Nullable Object value, JsonGenerator generator) {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> map -> {
                generator.writeStartObject();
                map.forEach((name, member) -> {
                    generator.writeName((String) name);
                    generate(member, generator);
                });
                generator.writeEndObject();
            }
            case List<?> list -> {
                generator.writeStartArray();
                list.forEach(item -> generate(item, generator));
                generator.writeEndArray();
            }
            case String text -> generator.writeString(text);
            case Integer number -> generator.writeNumber(number);
            case Float number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            case Boolean flag -> generator.writeBoolean(flag);
            default -> throw new IllegalArgumentException("JSON has no " + value.getClass());
        }
    }
}
