package dev.hourglass.server.maps;

import dev.hourglass.evaluate.latent.LatentDirections;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import dev.hourglass.server.http.NpyArray;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.jobs.Job;
import dev.hourglass.server.jobs.JobBoard;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.EvaluationTargets;
import dev.hourglass.server.models.ModelKey;
import dev.hourglass.server.models.OpenModel;
import dev.hourglass.server.runs.RunShelf;
import dev.hourglass.server.samples.ErrorJobs;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Maps of the latent space, their places, and the directions of the code. */
public final class MapRoutes implements Routes {
    private static final int MOST_STEPS = 100;
    private static final int MOST_DIRECTIONS = 32;
    private static final int MOST_SHOWN = 1_000;
    private static final double FAR = 1e9;

    private final RunShelf runs;
    private final EvaluationTargets targets;
    private final ErrorJobs errors;
    private final JobBoard jobs;
    private final int threads;

    public MapRoutes(RunShelf runs, EvaluationTargets targets, ErrorJobs errors, JobBoard jobs, int threads) {
        this.runs = runs;
        this.targets = targets;
        this.errors = errors;
        this.jobs = jobs;
        this.threads = threads;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        String model = "/api/runs/{run}/models/{model}";
        routes.get(model + "/maps", this::list);
        routes.post(model + "/maps", this::create);
        routes.get(model + "/maps/{map}", context -> Answers.json(context, view(map(context))));
        routes.get(model + "/maps/{map}/points", this::points);
        routes.get(
                model + "/maps/{map}/columns/{column}",
                context -> Answers.npy(context, columns(map(context)).array(context.pathParam("column"))));
        routes.get(model + "/maps/{map}/place", this::place);
        routes.get(model + "/maps/{map}/walk", this::walk);
        routes.post(model + "/maps/{map}/selections", this::select);
        routes.get(model + "/directions", this::directions);
    }

    private record Bounds(float minX, float maxX, float minY, float maxY) {}

    private record View(
            String map,
            String method,
            String data,
            @Nullable Integer epoch,
            int samples,
            String note,
            double @Nullable [] varianceShares,
            @Nullable Double klDivergence,
            @Nullable Double trustworthiness,
            @Nullable Double perplexity,
            @Nullable Integer iterations,
            @Nullable Long seed,
            double seconds,
            Bounds bounds,
            List<Integer> epochs,
            List<MapColumns.View> columns) {}

    private View view(LatentMap map) {
        MapPlan plan = map.plan();
        boolean tsne = plan.method() == MapPlan.Method.TSNE;
        return new View(
                plan.id(),
                plan.method().key(),
                plan.data(),
                plan.epoch(),
                map.codes().count(),
                map.note(),
                map.varianceShares(),
                map.klDivergence(),
                map.trustworthiness(),
                tsne ? plan.perplexity() : null,
                tsne ? plan.iterations() : null,
                tsne ? plan.seed() : null,
                map.seconds(),
                bounds(map.places()),
                tsne ? List.of() : targets.epochs(map.target().model().key()),
                columns(map).views());
    }

    private static Bounds bounds(float[] places) {
        float[] least = {Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY};
        float[] most = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int i = 0; i < places.length; i++) {
            least[i % 2] = Math.min(least[i % 2], places[i]);
            most[i % 2] = Math.max(most[i % 2], places[i]);
        }
        return new Bounds(least[0], most[0], least[1], most[1]);
    }

    private MapColumns columns(LatentMap map) {
        return new MapColumns(map, errors.known(map.target()));
    }

    private static String key(ModelKey model, String map) {
        return model.atEpoch(null) + "/map/" + map;
    }

    private void list(Context context) {
        String prefix = key(EvaluationTargets.key(context, null), "");
        targets.model(context);
        List<View> maps =
                jobs.<LatentMap>allFinished(prefix).stream().map(this::view).toList();
        Answers.json(context, Map.of("maps", maps));
    }

    private void create(Context context) {
        MapPlan plan = MapPlan.of(Body.object(context));
        EvaluationTarget target =
                targets.target(targets.model(EvaluationTargets.key(context, plan.epoch())), plan.data());
        String key = key(target.model().key(), plan.id());
        jobs.answer(
                context,
                key,
                (plan.method() == MapPlan.Method.TSNE ? "t-SNE of " : "PCA of ")
                        + target.model().key().model(),
                progress -> make(plan, target, progress),
                map -> Answers.json(context, view(map)));
    }

    /** With the errors, which a map can be coloured by. */
    private LatentMap make(MapPlan plan, EvaluationTarget target, Job.Progress progress) {
        jobs.store(target.key("errors"), errors.now(target, share -> progress.at(share / 10)));
        return LatentMap.of(plan, target, kept(plan, target), threads, share -> progress.at(0.1 + 0.9 * share));
    }

    /** Maps of uploads are not kept, since these aren't either. */
    private @Nullable TSneFile kept(MapPlan plan, EvaluationTarget target) {
        ModelKey key = target.model().key();
        return EvaluationTargets.isOwn(plan.data())
                ? TSneFile.in(runs.run(key.run()).folder(), key.model(), plan)
                : null;
    }

    private LatentMap map(Context context) {
        String key = key(EvaluationTargets.key(context, null), context.pathParam("map"));
        return jobs.<LatentMap>finished(key)
                .orElseThrow(() -> ApiException.missing(
                        "map", "There is no such map now.", "POST …/maps makes it, or makes it again."));
    }

    private void points(Context context) {
        LatentMap map = map(context);
        OptionalInt epoch = new Query(context).integer("epoch", 1, 1_000_000);
        PrincipalComponents axes = map.axes();
        if (epoch.isEmpty()) {
            Answers.npy(context, NpyArray.of(map.places(), map.codes().count(), 2));
            return;
        }
        if (axes == null) {
            throw ApiException.impossible(
                    "epoch", "Each t-SNE has a plane of its own.", "Make a map for each epoch instead.");
        }
        OpenModel model = targets.model(map.target().model().key().atEpoch(epoch.getAsInt()));
        EvaluationTarget then = new EvaluationTarget(
                model, map.plan().data(), map.target().data(), map.target().imageShape());
        int count = map.codes().count();
        jobs.answer(
                context,
                then.key("on/" + map.plan().id() + "/of/" + map.target().model().key()),
                "Codes after epoch " + epoch.getAsInt(),
                progress -> LatentMap.project(axes, then.codes(count, threads, progress.of(count))),
                places -> Answers.npy(context, NpyArray.of(places, count, 2)));
    }

    private void place(Context context) {
        Query query = new Query(context);
        double x = query.requiredNumber("x", -FAR, FAR);
        double y = query.requiredNumber("y", -FAR, FAR);
        Answers.json(context, new MapPlaces(map(context)).at(x, y));
    }

    private void walk(Context context) {
        Query query = new Query(context);
        MapPlaces places = new MapPlaces(map(context));
        MapPlaces.End from = places.end("from", query.required("from"));
        MapPlaces.End to = places.end("to", query.required("to"));
        List<MapPlaces.View> steps = places.walk(from, to, query.integer("steps", 2, MOST_STEPS, 11));
        Answers.json(
                context, Map.of("shape", places.map().target().model().input().toArray(), "steps", steps));
    }

    private void select(Context context) throws IOException {
        LatentMap map = map(context);
        int[] indices = indices(Body.object(context), map.codes().count());
        Selection selection = new Selection(map, errors.known(map.target()), indices);
        if (Answers.wants(context, Answers.CSV)) {
            context.contentType("text/csv; charset=utf-8").result(selection.csv());
        } else if (Answers.wants(context, Answers.NPY)) {
            selection.writeSamples(context.contentType(Answers.NPY).outputStream());
        } else {
            Answers.json(context, selection.summary(MOST_SHOWN));
        }
    }

    private static int[] indices(JsonNode body, int count) {
        JsonNode list = body.path("indices");
        if (!list.isArray() || list.isEmpty()) {
            throw ApiException.malformed(
                    "indices", "indices must be a list of at least one sample.", "Send {\"indices\": [0, 5]}.");
        }
        int[] indices = new int[list.size()];
        BitSet chosen = new BitSet();
        for (int i = 0; i < indices.length; i++) {
            JsonNode index = list.get(i);
            if (!index.isIntegralNumber() || !index.canConvertToInt() || index.asInt() < 0 || index.asInt() >= count) {
                throw ApiException.impossible(
                        "indices", "indices[" + i + "] must be 0 to " + (count - 1) + ".", "Take samples of the map.");
            }
            indices[i] = index.asInt();
            if (chosen.get(indices[i])) {
                throw ApiException.impossible(
                        "indices", "indices[" + i + "] is " + indices[i] + " again.", "Take each sample once.");
            }
            chosen.set(indices[i]);
        }
        return indices;
    }

    private void directions(Context context) {
        int count = new Query(context).integer("count", 1, MOST_DIRECTIONS, 8);
        EvaluationTarget target = targets.target(context);
        int all = target.data().size();
        jobs.answer(
                context,
                target.key("directions/" + count),
                "The directions of the code of " + target.model().key().model(),
                progress -> LatentDirections.of(target.codes(all, threads, progress.of(all)), count, threads),
                found -> Answers.json(context, found));
    }
}
