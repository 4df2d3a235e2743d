package dev.hourglass.lab.preview;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.Trainer;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run of the model that {@code lab --from} would choose takes on this machine.
 *
 * @param model its name
 * @param megabytes of memory, about
 * @param secondsPerEpoch of training
 */
public record TrainingCost(String model, long parameters, long megabytes, double secondsPerEpoch) {
    private static final int TRIED_BATCHES = 4;
    /** Weights, their gradients and the two means of Adam. */
    private static final int COPIES = 4;

    /**
     * Trains a few batches of noise.
     *
     * @param recipe as {@code lab --from} writes it
     * @param samples how many there are of this input
     * @param dataBytes what the data take in memory
     */
    static TrainingCost measure(String recipe, ToLongFunction<Shape> samples, long dataBytes) {
        ModelRecipe model =
                new RecipeReader(List.of()).parse(recipe, "draft").models().getFirst();
        Shape input = model.spec().input();
        int batch = model.training().batchSize();
        float[] numbers = new float[Math.multiplyExact(TRIED_BATCHES * batch, input.size())];
        Random random = new Random(1);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat();
        }
        FloatDataset data = FloatDataset.of("tried", input, numbers);
        long[] before = {System.nanoTime()};
        double[] fastest = {Double.POSITIVE_INFINITY};
        Trainer.train(model.spec(), data, data, model.training().withEpochs(3), event -> {
            if (event instanceof TrainEvent.EpochFinished) {
                fastest[0] = Math.min(fastest[0], (System.nanoTime() - before[0]) / 1e9);
                before[0] = System.nanoTime();
            }
        });
        long parameters =
                Parameters.initialize(model.spec().graph(), new RandomSource(1)).count();
        long bytes = dataBytes + (long) COPIES * Float.BYTES * parameters + 8L * batch * input.size() * Float.BYTES;
        return new TrainingCost(
                model.name(),
                parameters,
                Math.max(1, bytes >> 20),
                fastest[0] * samples.applyAsLong(input) / ((double) TRIED_BATCHES * batch));
    }

    void putInto(ObjectNode root) {
        ObjectNode training = root.putObject("training");
        training.put("model", model);
        training.put("parameters", parameters);
        training.put("megabytes", megabytes);
        training.put("secondsPerEpoch", secondsPerEpoch);
    }

    @Override
    public String toString() {
        String epoch = secondsPerEpoch < 1
                ? "1 s"
                : secondsPerEpoch < 120
                        ? String.format(Locale.ROOT, "%.0f s", secondsPerEpoch)
                        : String.format(Locale.ROOT, "%.0f min", secondsPerEpoch / 60);
        return String.format(
                Locale.ROOT,
                "Training about %s an epoch and %,d MB with the model of 'lab --from' (%s, %,d parameters), measured"
                        + " on a few batches",
                epoch,
                megabytes,
                model,
                parameters);
    }
}
