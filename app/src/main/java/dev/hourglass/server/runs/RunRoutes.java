package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import dev.hourglass.server.http.EventStreams;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.recipes.Overrides;
import dev.hourglass.server.recipes.Recipes;
import dev.hourglass.server.recipes.RunName;
import dev.hourglass.server.recipes.RunRequest;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Runs: started, paused, resumed, stopped and followed. */
public final class RunRoutes implements Routes {
    /** A comment in a silent stream, so that nothing in between takes it for dead. */
    private static final long HEARTBEAT_MILLIS = 15_000;

    private static final long BETWEEN_SUMMARIES_MILLIS = 1_000;
    /** Of all results together; more are for downloading alone. */
    private static final long MOST_RESULT_BYTES = 32 << 20;

    private final RunShelf shelf;
    private final RunBoard board;
    private final RunViews views;
    private final Recipes recipes;
    private final Path brought;
    private final EventStreams streams;

    public RunRoutes(RunShelf shelf, RunBoard board, RunViews views, Recipes recipes, EventStreams streams) {
        brought = recipes.data();
        this.shelf = shelf;
        this.board = board;
        this.views = views;
        this.recipes = recipes;
        this.streams = streams;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/runs", context -> Answers.json(context, new Runs(views.all(), shelf.leftOut())));
        routes.post("/api/runs", this::create);
        routes.get("/api/runs/events", this::followAll);
        routes.get("/api/runs/{run}", this::one);
        routes.put("/api/runs/{run}/state", this::setState);
        routes.post("/api/runs/{run}/forks", this::fork);
        routes.get("/api/runs/{run}/history", this::history);
        routes.get("/api/runs/{run}/events", this::follow);
    }

    private record Runs(List<RunViews.Summary> runs, List<RunShelf.LeftOut> leftOut) {}

    private void create(Context context) {
        answerCreated(context, board.start(recipes.request(Body.object(context))));
    }

    private void answerCreated(Context context, LiveRun run) {
        context.status(201).header("Location", "/api/runs/" + run.name());
        Answers.json(context, views.of(run));
    }

    private void fork(Context context) {
        StoredRun source = shelf.run(context.pathParam("run"));
        JsonNode body = Body.object(context);
        String model = Body.text(body, "model");
        JsonNode epoch = body.path("epoch");
        if (model == null || !epoch.canConvertToInt()) {
            throw ApiException.malformed(
                    model == null ? "model" : "epoch", "A fork needs 'model' and 'epoch'.", "Name both.");
        }
        source.model(model);
        if (!EpochFiles.epochs(source, model).contains(epoch.asInt())) {
            throw ApiException.impossible(
                    "epoch",
                    "The weights after epoch " + epoch.asInt() + " were not kept.",
                    "GET …/models/" + model + " lists the available epochs.");
        }
        JsonNode recipe = recipeTree(source);
        answerCreated(
                context,
                board.start(new RunRequest(
                        recipes.folder(RunName.beginningWith(source.recipe().name()) + "-fork"),
                        recipes.now(),
                        source.recipe().name(),
                        recipe.toString(),
                        Overrides.of(body.path("overrides")),
                        new RunRequest.ForkOf(source.name(), model, epoch.asInt()))));
    }

    private static JsonNode recipeTree(StoredRun run) {
        JsonNode finished = run.json("run.json").path("recipe");
        return finished.isObject() ? finished : run.json(RunShelf.JOURNAL).path("recipe");
    }

    private void setState(Context context) {
        String name = context.pathParam("run");
        if (board.find(name).isEmpty()) {
            shelf.run(name);
        }
        String state = Body.text(Body.object(context), "state");
        switch (state == null ? "" : state) {
            case "running" -> board.goOn(name);
            case "paused" -> board.pause(name);
            case "stopped" -> board.stop(name);
            default ->
                throw ApiException.malformed(
                        "state", "state must be running, paused or stopped.", "Give one of these.");
        }
        if (board.find(name).isPresent() || shelf.find(name).isPresent()) {
            Answers.json(context, views.of(name));
        } else {
            context.status(204); // taken out of the queue
        }
    }

    private record Fact(String name, String value) {}

    private void one(Context context) {
        String name = context.pathParam("run");
        Map<String, @Nullable Object> detail =
                Answers.JSON.convertValue(views.of(name), new tools.jackson.core.type.TypeReference<>() {});
        StoredRun run = shelf.find(name).orElse(null);
        List<ConfinedFolder.Entry> files = run == null ? List.of() : run.files();
        detail.put("recipeText", recipeText(name, run));
        detail.put("facts", run == null ? List.of() : facts(run));
        detail.put("findings", run == null ? List.of() : run.lines("results/findings_and_insights.txt"));
        detail.put("metrics", run == null ? Map.of() : orEmpty(run.json("results/metrics.json")));
        detail.put("results", run == null ? Map.of() : results(run, files));
        detail.put(
                "plots",
                files.stream()
                        .map(ConfinedFolder.Entry::name)
                        .filter(path -> path.startsWith("plots/") && path.endsWith(".svg"))
                        .toList());
        detail.put("hasReport", files.stream().anyMatch(file -> file.name().equals("report.html")));
        Answers.json(context, detail);
    }

    private String recipeText(String name, @Nullable StoredRun run) {
        JsonNode tree = run == null ? null : recipeTree(run);
        if (tree != null && tree.isObject()) {
            return new YAMLMapper().writeValueAsString(tree).replace(brought + "/", "");
        }
        return board.find(name).map(LiveRun::request).map(RunRequest::text).orElse("");
    }

    private static Object orEmpty(JsonNode node) {
        return node.isObject() ? node : Map.of();
    }

    /** JSON files in results/ but the metrics, which stand by themselves, as many as an answer may hold. */
    private static Map<String, JsonNode> results(StoredRun run, List<ConfinedFolder.Entry> files) {
        Map<String, JsonNode> results = new LinkedHashMap<>();
        long bytes = 0;
        for (ConfinedFolder.Entry file : files) {
            if (file.name().matches("results/[A-Za-z0-9_-]+\\.json")
                    && !file.name().equals("results/metrics.json")
                    && bytes + file.bytes() <= MOST_RESULT_BYTES) {
                bytes += file.bytes();
                String key =
                        file.name().substring("results/".length(), file.name().length() - ".json".length());
                JsonNode value = run.json(file.name());
                if (!value.isMissingNode()) {
                    results.put(key, value);
                }
            }
        }
        return results;
    }

    private static List<Fact> facts(StoredRun run) {
        JsonNode record = run.json("run.json");
        List<Fact> facts = new ArrayList<>();
        for (String time : List.of("start", "end")) {
            if (record.path(time).isString()) {
                facts.add(new Fact(time, record.path(time).asString()));
            }
        }
        for (Map.Entry<String, JsonNode> entry : record.path("environment").properties()) {
            facts.add(new Fact(entry.getKey(), entry.getValue().asString("")));
        }
        for (JsonNode data : record.path("data")) {
            for (Map.Entry<String, JsonNode> entry : data.properties()) {
                if (entry.getKey().endsWith("Sha256")) {
                    facts.add(new Fact(
                            data.path("name").asString("data") + " " + entry.getKey(),
                            entry.getValue().asString("")));
                }
            }
        }
        return facts;
    }

    private void history(Context context) {
        String name = context.pathParam("run");
        RunHistory history = board.find(name)
                .filter(run -> run.state() != RunState.FINISHED)
                .map(run -> RunHistory.of(run.recipe(), run.log().digest()))
                .orElseGet(() -> RunHistory.of(shelf.run(name)));
        Answers.json(context, history);
    }

    private void followAll(Context context) {
        streams.open(context, stream -> {
            Map<String, RunViews.Summary> sent = new HashMap<>();
            long silentSince = System.nanoTime();
            while (true) {
                for (LiveRun run : board.all()) {
                    RunViews.Summary before = sent.get(run.name());
                    if (before == null || before.lastEvent() != run.log().lastId()) {
                        RunViews.Summary now = views.of(run);
                        sent.put(run.name(), now);
                        if (before != null || !run.state().over()) {
                            stream.send("run", Answers.JSON.writeValueAsString(now), null);
                            silentSince = System.nanoTime();
                        }
                    }
                }
                if (System.nanoTime() - silentSince > HEARTBEAT_MILLIS * 1_000_000) {
                    stream.comment();
                    silentSince = System.nanoTime();
                }
                Thread.sleep(BETWEEN_SUMMARIES_MILLIS);
            }
        });
    }

    private void follow(Context context) {
        String name = context.pathParam("run");
        int after = after(context);
        LiveRun live = board.find(name).orElse(null);
        if (live == null) {
            shelf.run(name); // or there is none
        }
        streams.open(context, stream -> {
            int last = after;
            EventLog log = live == null ? null : live.log();
            if (log == null || !log.remembersAfter(last)) {
                last = sendKept(stream, name, last);
            }
            while (log != null) {
                boolean closed = log.isClosed();
                List<EventLog.Event> events = log.after(last, closed ? 0 : HEARTBEAT_MILLIS);
                for (EventLog.Event event : events) {
                    send(stream, event);
                    last = event.id();
                }
                if (closed && events.isEmpty()) {
                    break;
                }
                if (events.isEmpty()) {
                    stream.comment();
                }
            }
            String state = views.of(name).state();
            stream.send("end", Answers.JSON.writeValueAsString(Map.of("type", "end", "state", state)), null);
        });
    }

    /** What the run's file has after an event; the number of the last. */
    private int sendKept(EventStreams.Stream stream, String name, int after) throws InterruptedException {
        int last = after;
        try (EventLines lines = EventLines.open(shelf.run(name).folder(), 0, after)) {
            for (EventLog.Event event = lines.next(); event != null; event = lines.next()) {
                send(stream, event);
                last = event.id();
            }
        } catch (IOException e) {
            // There is none that can be read, or nobody reads any more.
        }
        return last;
    }

    private static void send(EventStreams.Stream stream, EventLog.Event event) throws InterruptedException {
        stream.send(event.type(), event.json(), Integer.toString(event.id()));
    }

    private static int after(Context context) {
        String header = context.header("Last-Event-ID");
        if (header != null && header.matches("[0-9]{1,9}")) {
            return Integer.parseInt(header);
        }
        return new Query(context).integer("after", 0, Integer.MAX_VALUE, 0);
    }
}
