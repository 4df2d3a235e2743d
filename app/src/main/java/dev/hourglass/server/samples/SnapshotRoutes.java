package dev.hourglass.server.samples;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.Split;
import dev.hourglass.evaluate.errors.SampleError;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.NpyArray;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.models.DataShelf;
import dev.hourglass.server.models.EvaluationTargets;
import dev.hourglass.server.models.ModelKey;
import dev.hourglass.server.models.OpenModel;
import dev.hourglass.server.runs.RunShelf;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Fixed test samples as each epoch reconstructed them; also while the model trains. */
public final class SnapshotRoutes implements Routes {
    private static final int SAMPLES = 10;

    private final RunShelf runs;
    private final EvaluationTargets targets;
    private final DataShelf data;

    public SnapshotRoutes(RunShelf runs, EvaluationTargets targets, DataShelf data) {
        this.runs = runs;
        this.targets = targets;
        this.data = data;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{run}/models/{model}/snapshots", this::list);
        routes.get("/api/runs/{run}/models/{model}/snapshots/{epoch}", this::one);
    }

    private record Listing(
            List<Integer> indices,
            @Nullable List<Integer> labels,
            int[] shape,
            List<float[]> inputs,
            List<Integer> epochs) {}

    private void list(Context context) {
        ModelKey key = EvaluationTargets.key(context, null);
        ModelRecipe model = runs.run(key.run()).model(key.model());
        Dataset test = data.open(model.data(), Split.TEST);
        List<Integer> indices = chosen(test);
        List<float[]> inputs = new ArrayList<>();
        for (int index : indices) {
            float[] sample = new float[test.sampleShape().size()];
            test.copySample(index, sample, 0);
            inputs.add(sample);
        }
        Answers.json(
                context,
                new Listing(
                        indices,
                        test.hasLabels() ? indices.stream().map(test::label).toList() : null,
                        model.spec().input().toArray(),
                        inputs,
                        targets.epochs(key)));
    }

    /** The first of each class, in the order of the classes, or the first ten. */
    static List<Integer> chosen(Dataset test) {
        List<Integer> indices = new ArrayList<>();
        if (test.hasLabels()) {
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < test.size() && indices.size() < SAMPLES; i++) {
                if (seen.add(test.label(i))) {
                    indices.add(i);
                }
            }
            indices.sort((a, b) -> Integer.compare(test.label(a), test.label(b)));
        }
        return indices.size() > 1
                ? indices
                : IntStream.range(0, Math.min(SAMPLES, test.size())).boxed().toList();
    }

    private record View(int epoch, int[] shape, float[][] reconstructions, float[] mse) {}

    private void one(Context context) {
        int epoch = new Query(context).path("epoch", 1, 1_000_000);
        ModelKey key = EvaluationTargets.key(context, epoch);
        ModelRecipe recipe = runs.run(key.run()).model(key.model());
        OpenModel model = targets.model(key);
        Dataset test = data.open(recipe.data(), Split.TEST);
        List<Integer> indices = chosen(test);
        int size = model.input().size();
        float[] inputs = new float[indices.size() * size];
        for (int i = 0; i < indices.size(); i++) {
            test.copySample(indices.get(i), inputs, i * size);
        }
        float[] rebuilt = model.reconstruct(inputs, indices.size());
        if (Answers.wants(context, Answers.NPY)) {
            int[] shape = IntStream.concat(
                            IntStream.of(indices.size()),
                            IntStream.of(model.input().toArray()))
                    .toArray();
            Answers.npy(context, NpyArray.of(rebuilt, shape));
            return;
        }
        float[][] originals = OpenModel.rows(inputs, indices.size(), size);
        float[] mse = new float[indices.size()];
        for (int i = 0; i < mse.length; i++) {
            mse[i] = (float) SampleError.of(originals[i], rebuilt, i * size).mse();
        }
        // What an epoch left never changes.
        context.header("Cache-Control", "private, max-age=3600");
        Answers.json(context, new View(epoch, model.input().toArray(), OpenModel.rows(rebuilt, mse.length, size), mse));
    }
}
