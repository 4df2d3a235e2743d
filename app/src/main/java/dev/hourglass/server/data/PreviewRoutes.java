package dev.hourglass.server.data;

import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.lab.preview.DataPreview;
import dev.hourglass.lab.recipe.DraftChoices;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is in data that were brought, as {@code hourglass data info} tells it, and a recipe for them. */
public final class PreviewRoutes implements Routes {
    private static final int MOST_KEPT = 8;
    private static final int MOST_LISTED = 100;
    private static final List<String> MODELS = Arrays.stream(DraftChoices.Model.values())
            .map(DraftChoices.Model::word)
            .toList();

    private final BroughtData data;
    /** Looked at by one request at a time, since each may read a large file. */
    private final Map<Key, DataPreview> looked = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, DataPreview> eldest) {
            return size() > MOST_KEPT;
        }
    };

    private record Key(BroughtData.Item item, TableOptions table) {}

    public PreviewRoutes(BroughtData data) {
        this.data = data;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/data/{name}/preview", this::preview);
        routes.get("/api/data/{name}/preview.png", this::picture);
    }

    private record Previewed(String name, ObjectNode found, String recipe) {}

    private void preview(Context context) {
        DataPreview preview = look(context);
        String name = context.pathParam("name");
        ObjectNode found = preview.tree();
        found.remove(List.of("file", "folder"));
        if (found.path("unread") instanceof ArrayNode unread) {
            found.put("unreadFiles", unread.size());
            while (unread.size() > MOST_LISTED) {
                unread.remove(unread.size() - 1);
            }
            unread.forEach(each -> withoutFolders((ObjectNode) each, data.path(name)));
        }
        if (found.path("notes") instanceof ArrayNode notes) {
            for (int i = 0; i < notes.size(); i++) {
                notes.set(i, ErrorResponses.withoutFolders(notes.get(i).asString()));
            }
        }
        Answers.json(context, new Previewed(name, found, preview.recipe(name)));
    }

    /** Where it lies on this machine is nobody's business. */
    private static void withoutFolders(ObjectNode unread, Path folder) {
        Path file = Path.of(unread.path("file").asString());
        unread.put("file", (file.startsWith(folder) ? folder.relativize(file) : file).toString());
        unread.put("reason", ErrorResponses.withoutFolders(unread.path("reason").asString()));
    }

    private void picture(Context context) {
        context.contentType("image/png").result(look(context).figure().toPngBytes());
    }

    private DataPreview look(Context context) {
        BroughtData.Item item = data.item(context.pathParam("name"));
        Query query = new Query(context);
        DraftChoices choices = choices(query);
        TableOptions table = TableOptions.DEFAULT.withRoles(new TableOptions.Roles(
                named(context, "time"),
                List.of(),
                named(context, "exclude"),
                orNull(query.text("label", "")),
                false,
                orNull(query.text("id", ""))));
        Key key = new Key(item, table);
        synchronized (looked) {
            DataPreview known = looked.get(key);
            Path path = data.path(item.name());
            DataPreview preview = known == null ? DataPreview.of(path, table, choices) : known.with(choices);
            looked.put(key, preview);
            return preview;
        }
    }

    private static List<String> named(Context context, String parameter) {
        return context.queryParams(parameter).stream()
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable Integer orNull(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }

    private static DraftChoices choices(Query query) {
        String model = query.text("model", "");
        if (!model.isEmpty() && !MODELS.contains(model)) {
            throw ApiException.malformed(
                    "model", "model must be one of " + String.join(", ", MODELS) + ".", "Give one of these.");
        }
        try {
            return new DraftChoices(
                    orNull(query.integer("steps", 1, Integer.MAX_VALUE)),
                    orNull(query.integer("stride", 1, Integer.MAX_VALUE)),
                    model.isEmpty() ? null : DraftChoices.Model.valueOf(model.toUpperCase(Locale.ROOT)),
                    orNull(query.integer("height", 1, Integer.MAX_VALUE)),
                    orNull(query.integer("width", 1, Integer.MAX_VALUE)),
                    orNull(query.text("fit", "")),
                    orNull(query.text("colour", "")));
        } catch (IllegalArgumentException e) {
            throw ApiException.malformed(null, e.getMessage() + ".", "Choose another value.");
        }
    }
}
