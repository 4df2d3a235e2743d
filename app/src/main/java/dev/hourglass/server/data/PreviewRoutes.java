package dev.hourglass.server.data;

import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.lab.preview.DataPreview;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.jobs.JobBoard;
import dev.hourglass.server.jobs.LargeResult;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is in data that were brought, as {@code hourglass data info} tells it, and a recipe for them. */
public final class PreviewRoutes implements Routes {
    /** That a preview takes, about. */
    private static final long MOST_BYTES = 8 << 20;

    private static final int MOST_LISTED = 100;
    private static final List<String> MODELS = Arrays.stream(DraftChoices.Model.values())
            .map(DraftChoices.Model::word)
            .toList();

    private final BroughtData data;
    private final JobBoard jobs;

    public PreviewRoutes(BroughtData data, JobBoard jobs) {
        this.data = data;
        this.jobs = jobs;
    }

    /** What was read of data, which other choices are made of; of a table, the courses of its channels are most of it. */
    private record Looked(DataPreview preview) implements LargeResult {
        @Override
        public long bytes() {
            return MOST_BYTES;
        }
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/data/{name}/preview", this::preview);
        routes.get("/api/data/{name}/preview.png", this::picture);
    }

    private record Previewed(String name, ObjectNode found, String recipe) {}

    private void preview(Context context) {
        look(context, preview -> answer(context, preview));
    }

    private void answer(Context context, DataPreview preview) {
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
        look(
                context,
                preview ->
                        context.contentType("image/png").result(preview.figure().toPngBytes()));
    }

    /** Reads data as a job, since they may be large, and makes a preview of what was read. */
    private void look(Context context, Consumer<DataPreview> whenDone) {
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
        Path path = data.path(item.name());
        jobs.<Looked>answer(
                context,
                "preview " + item + table,
                "Reading " + item.name(),
                progress -> new Looked(DataPreview.of(path, table, DraftChoices.NONE, share -> {
                    InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Reading");
                    progress.at(share);
                })),
                looked -> whenDone.accept(looked.preview().with(choices)));
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

    /** A folder of noisy pictures that was brought as well. */
    private @Nullable String noisy(Query query) {
        String name = query.text("noisy", "");
        if (!name.isEmpty() && !data.item(name).folder()) {
            throw ApiException.malformed(
                    "noisy", "noisy must be a folder of pictures, and " + name + " is a file.", "Bring a folder.");
        }
        return orNull(name);
    }

    private DraftChoices choices(Query query) {
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
                    new DraftChoices.Pictures(
                            orNull(query.integer("height", 1, Integer.MAX_VALUE)),
                            orNull(query.integer("width", 1, Integer.MAX_VALUE)),
                            orNull(query.text("fit", "")),
                            orNull(query.text("colour", "")),
                            orNull(query.integer("patch", 1, Integer.MAX_VALUE)),
                            orNull(query.integer("overlap", 0, Integer.MAX_VALUE)),
                            noisy(query)));
        } catch (IllegalArgumentException e) {
            throw ApiException.malformed(null, e.getMessage() + ".", "Choose another value.");
        }
    }
}
