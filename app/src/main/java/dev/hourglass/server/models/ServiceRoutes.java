package dev.hourglass.server.models;

import dev.hourglass.evaluate.errors.SampleError;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.NpyArray;
import dev.hourglass.server.http.Routes;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.stream.IntStream;

/** A model as a service: numbers in, numbers out. */
public final class ServiceRoutes implements Routes {
    /** Codes are small and what they stand for is not: as JSON, about 200 MB. */
    private static final int MOST_NUMBERS = 1 << 24;

    private final EvaluationTargets targets;

    public ServiceRoutes(EvaluationTargets targets) {
        this.targets = targets;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        String model = "/api/runs/{run}/models/{model}";
        routes.post(model + "/encode", this::encode);
        routes.post(model + "/decode", this::decode);
        routes.post(model + "/reconstruct", this::reconstruct);
        routes.post(model + "/score", this::score);
    }

    private record Arrays(int count, int[] shape, float[][] values) {}

    private record Scores(int count, float[] mse, float[] mae) {}

    private void encode(Context context) {
        OpenModel model = targets.service(context);
        SampleReader samples = samples(context, model);
        answer(context, model.encode(samples.values(), samples.count()), samples.count(), model.latent());
    }

    private void decode(Context context) {
        OpenModel model = targets.service(context);
        SampleReader codes = SampleReader.of(context, model.latent(), Normalization.NONE);
        if ((long) codes.count() * model.input().size() > MOST_NUMBERS) {
            throw ApiException.impossible(
                    "samples",
                    codes.count() + " samples of " + model.input() + " are more than the " + MOST_NUMBERS
                            + " numbers that are sent at once.",
                    "Send fewer codes at once.");
        }
        answer(context, model.decode(codes.values(), codes.count()), codes.count(), model.input());
    }

    private void reconstruct(Context context) {
        OpenModel model = targets.service(context);
        SampleReader samples = samples(context, model);
        answer(context, model.reconstruct(samples.values(), samples.count()), samples.count(), model.input());
    }

    private void score(Context context) {
        OpenModel model = targets.service(context);
        SampleReader samples = samples(context, model);
        int count = samples.count();
        int size = model.input().size();
        float[] rebuilt = model.reconstruct(samples.values(), count);
        float[][] originals = OpenModel.rows(samples.values(), count, size);
        float[] mse = new float[count];
        float[] mae = new float[count];
        float[] both = new float[2 * count];
        for (int i = 0; i < count; i++) {
            SampleError error = SampleError.of(originals[i], rebuilt, i * size);
            mse[i] = (float) error.mse();
            mae[i] = (float) error.mae();
            both[2 * i] = mse[i];
            both[2 * i + 1] = mae[i];
        }
        if (Answers.wants(context, Answers.NPY)) {
            Answers.npy(context, NpyArray.of(both, count, 2));
        } else {
            Answers.json(context, new Scores(count, mse, mae));
        }
    }

    private static SampleReader samples(Context context, OpenModel model) {
        return SampleReader.of(context, model.input(), model.autoencoder().normalization());
    }

    private static void answer(Context context, float[] values, int count, Shape shape) {
        if (Answers.wants(context, Answers.NPY)) {
            int[] dimensions = IntStream.concat(IntStream.of(count), IntStream.of(shape.toArray()))
                    .toArray();
            Answers.npy(context, NpyArray.of(values, dimensions));
        } else {
            Answers.json(context, new Arrays(count, shape.toArray(), OpenModel.rows(values, count, shape.size())));
        }
    }
}
