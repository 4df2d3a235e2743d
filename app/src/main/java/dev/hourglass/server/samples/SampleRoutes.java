package dev.hourglass.server.samples;

import dev.hourglass.evaluate.errors.ErrorMeasure;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.EvaluationTargets;
import dev.hourglass.server.models.Picture;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Samples and their reconstructions: by index or by error, one in full, and as pictures. */
public final class SampleRoutes implements Routes {
    private static final int MOST_LISTED = 1_000;
    private static final int PER_SHEET = 1_024;
    private static final int PER_ROW = 32;

    private final EvaluationTargets targets;
    private final ErrorJobs errors;

    public SampleRoutes(EvaluationTargets targets, ErrorJobs errors) {
        this.targets = targets;
        this.errors = errors;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        String model = "/api/runs/{run}/models/{model}";
        routes.get(model + "/samples", this::list);
        routes.get(model + "/samples/{index}", this::one);
        routes.get(model + "/samples/{index}/input.png", this::thumbnail);
        routes.get(model + "/sheets/{sheet}.png", this::sheet);
    }

    private record Listed(
            int index, @Nullable Integer label, @Nullable String name, float mse, float mae) {}

    private record Listing(int total, int offset, List<String> classNames, List<Listed> samples) {}

    private void list(Context context) {
        Query query = new Query(context);
        String order = query.choice("order", List.of("index", "worst", "best"));
        ErrorMeasure measure = ErrorMeasure.of(query.choice("measure", ErrorMeasure.keys()));
        OptionalInt label = query.integer("label", 0, Integer.MAX_VALUE);
        int offset = query.integer("offset", 0, Integer.MAX_VALUE, 0);
        int limit = query.integer("limit", 1, MOST_LISTED, 50);
        EvaluationTarget target = targets.target(context);
        errors.answer(context, target, found -> {
            int[] ordered = switch (order) {
                case "worst" -> found.worstFirst(measure);
                case "best" -> reversed(found.worstFirst(measure));
                default -> IntStream.range(0, target.data().size()).toArray();
            };
            int[] chosen = label.isEmpty()
                    ? ordered
                    : IntStream.of(ordered)
                            .filter(index ->
                                    target.data().hasLabels() && target.data().label(index) == label.getAsInt())
                            .toArray();
            List<Listed> samples = new ArrayList<>();
            for (int i = offset; i < Math.min((long) offset + limit, chosen.length); i++) {
                int index = chosen[i];
                samples.add(new Listed(
                        index, target.label(index), target.name(index), found.mse()[index], found.mae()[index]));
            }
            Answers.json(
                    context, new Listing(chosen.length, offset, target.data().classNames(), samples));
        });
    }

    private static int[] reversed(int[] indices) {
        return IntStream.range(0, indices.length)
                .map(i -> indices[indices.length - 1 - i])
                .toArray();
    }

    private void one(Context context) {
        int index = new Query(context).path("index", 0, Integer.MAX_VALUE);
        Answers.json(context, SampleView.of(targets.target(context), index));
    }

    private void thumbnail(Context context) {
        int index = new Query(context).path("index", 0, Integer.MAX_VALUE);
        EvaluationTarget target = targets.target(context);
        target.requireIndex(index);
        Picture.Size size = Picture.Size.of(target.imageShape());
        BufferedImage picture = Picture.blank(target, size.width(), size.height());
        Picture.draw(target, target.sample(index), picture, 0, 0);
        answer(context, picture);
    }

    private void sheet(Context context) {
        int sheet = new Query(context).path("sheet", 0, Integer.MAX_VALUE / PER_SHEET);
        EvaluationTarget target = targets.target(context);
        int first = sheet * PER_SHEET;
        target.requireIndex(first);
        int count = Math.min(PER_SHEET, target.data().size() - first);
        Picture.Size size = Picture.Size.of(target.imageShape());
        BufferedImage picture =
                Picture.blank(target, PER_ROW * size.width(), Math.ceilDiv(count, PER_ROW) * size.height());
        for (int i = 0; i < count; i++) {
            int x = i % PER_ROW * size.width();
            int y = i / PER_ROW * size.height();
            Picture.draw(target, target.sample(first + i), picture, x, y);
        }
        answer(context, picture);
    }

    private static void answer(Context context, BufferedImage picture) {
        // The samples of a run never change.
        context.header("Cache-Control", "private, max-age=3600");
        context.contentType("image/png").result(Picture.png(picture));
    }
}
