package dev.hourglass.server.recipes;

import dev.hourglass.data.Split;
import dev.hourglass.engine.DivergenceException;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How long a run will take on this machine and how much memory.
 *
 * @param seconds training and validation of all models; NaN where it does not fit, since it is not measured then
 * @param memoryBytes data, models and buffers, about, at the peak
 * @param availableMemoryBytes what Java may use
 * @param diskBytes the run folder, about
 * @param shared whether another run was training meanwhile
 */
record Estimate(
        double seconds,
        long memoryBytes,
        long availableMemoryBytes,
        long diskBytes,
        boolean fits,
        boolean shared,
        List<OfModel> models) {
    private static final long WARM_UP_NANOS = 600_000_000;
    private static final long MEASURED_NANOS = 600_000_000;
    /** A forward pass of three that a step takes: forward, and back through the values and the weights. */
    private static final double VALIDATION_SHARE = 1 / 3.0;
    /** Weights, gradient, two moments of Adam, and the packed twins of weights and gradient. */
    private static final int COPIES_OF_PARAMETERS = 6;
    /** The plain program without data and models. */
    private static final long BASE_BYTES = 150L << 20;
    /** Figures and the report. */
    private static final long REPORT_BYTES = 6L << 20;
    /** Keras files of both formats and ONNX, whole and in halves, with Adam's moments; and each epoch's checkpoint. */
    private static final int FILES_OF_PARAMETERS = 10;

    /** One model's share; what was not measured is NaN. */
    record OfModel(String name, double secondsPerEpoch, double seconds, double samplesPerSecond) {
        static OfModel unmeasured(ModelRecipe model) {
            return new OfModel(model.name(), Double.NaN, Double.NaN, Double.NaN);
        }
    }

    static Estimate of(Recipe recipe, DataSizes sizes, boolean shared) {
        return of(recipe, sizes, shared, Runtime.getRuntime().maxMemory());
    }

    /**
     * Reckons what it takes first: what does not fit is not tried.
     *
     * @param available bytes that Java may use
     */
    static Estimate of(Recipe recipe, DataSizes sizes, boolean shared, long available) {
        double buffers = 0; // sums of what strangers wrote may be larger than a long
        double disk = REPORT_BYTES;
        for (ModelRecipe model : recipe.models()) {
            double parameters = (double) Float.BYTES * model.spec().facts().parameters();
            buffers = Math.max(buffers, parameters * COPIES_OF_PARAMETERS + activations(model, sizes));
            disk += parameters * (FILES_OF_PARAMETERS + 3.0 * model.training().epochs());
        }
        double memory = BASE_BYTES + data(recipe, sizes) + buffers;
        boolean fits = memory < available;
        List<OfModel> models = recipe.models().stream()
                .map(model -> fits ? measure(model, sizes) : OfModel.unmeasured(model))
                .toList();
        double seconds = models.stream().mapToDouble(OfModel::seconds).sum();
        return new Estimate(seconds, (long) memory, available, (long) disk, fits, shared, models);
    }

    /** Trains some steps on noise: the time of a step does not depend on the numbers. */
    private static OfModel measure(ModelRecipe model, DataSizes sizes) {
        AutoencoderSpec spec = model.spec();
        TrainOptions options = model.training();
        int trained = sizes.samples(model.data(), Split.TRAINING);
        int tested = sizes.samples(model.data(), Split.TEST);
        int batch = Math.min(options.batchSize(), trained);
        float[] noise = new float[spec.input().size()];
        RandomSource random = new RandomSource(1);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.stream("workbench/estimate", i).nextDouble();
        }
        int[] order = IntStream.range(0, batch).toArray();
        List<Samples> targets = spec.graph().outputs().stream()
                .map(output -> spec.facts().shapeOf(output).size())
                .<Samples>map(size -> (index, into, offset) -> {
                    for (int i = 0; i < size; i++) {
                        into[offset + i] = noise[i % noise.length];
                    }
                })
                .toList();
        try (TrainingSession session = TrainingSession.of(
                spec.graph(),
                Parameters.initialize(spec.graph(), random),
                new TrainingSettings(
                        options.loss(), options.optimizer().withLearningRate(1e-4f), batch, options.seed()),
                options.threads())) {
            long start = System.nanoTime();
            do {
                step(model.name(), session, noise, targets, order);
            } while (System.nanoTime() - start < WARM_UP_NANOS);
            List<Long> nanos = new ArrayList<>();
            start = System.nanoTime();
            do {
                long before = System.nanoTime();
                step(model.name(), session, noise, targets, order);
                nanos.add(System.nanoTime() - before);
            } while (System.nanoTime() - start < MEASURED_NANOS);
            nanos.sort(Long::compare);
            double secondsPerSample = nanos.get(nanos.size() / 2) / 1e9 / batch;
            double epoch = secondsPerSample * (trained + VALIDATION_SHARE * tested);
            return new OfModel(model.name(), epoch, epoch * options.epochs(), 1 / secondsPerSample);
        }
    }

    private static void step(String model, TrainingSession session, float[] noise, List<Samples> targets, int[] order) {
        try {
            Samples samples = (index, into, offset) -> System.arraycopy(noise, 0, into, offset, noise.length);
            session.step(List.of(samples), targets, order, 0, order.length);
        } catch (DivergenceException e) {
            throw ApiException.impossible(
                    "models",
                    "Model '" + model + "' diverges in its first steps, on noise between 0 and 1: " + e.getMessage()
                            + ".",
                    "Put a BatchNormalization where the numbers grow, or use fewer layers.");
        }
    }

    /** Pixels are kept as bytes, series as floats. */
    private static double data(Recipe recipe, DataSizes sizes) {
        double bytes = 0;
        for (Recipe.Data data : recipe.data()) {
            Shape sample = sizes.sample(data);
            bytes += (double) sample.size()
                    * (sample.rank() == 3 ? 1 : Float.BYTES)
                    * ((long) sizes.samples(data, Split.TRAINING) + sizes.samples(data, Split.TEST));
        }
        return bytes;
    }

    /** Values and their gradients of a whole batch. */
    private static double activations(ModelRecipe model, DataSizes sizes) {
        double perSample =
                model.spec().facts().outputs().stream().mapToDouble(Shape::size).sum();
        int batch = Math.min(model.training().batchSize(), sizes.samples(model.data(), Split.TRAINING));
        return 2.0 * Float.BYTES * perSample * batch;
    }
}
