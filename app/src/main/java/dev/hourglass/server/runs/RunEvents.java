package dev.hourglass.server.runs;

import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.train.History;
import dev.hourglass.train.TrainEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes a run's events to its log, steps thinned out; knows how far the run is. On the thread that runs. */
final class RunEvents implements Consumer<LabEvent> {
    /** Five a second are as many as a curve needs. */
    private static final long LEAST_NANOS_BETWEEN_STEPS = 200_000_000;

    private final EventLog log;
    private final Recipe recipe;
    private final TimeLeft timeLeft;
    private String model = "";
    private int modelNumber;
    private int models;
    private int epochs;
    private boolean isVariational;
    private int batchSamples;
    private double best = Double.POSITIVE_INFINITY;
    private double lastEpochSeconds = Double.NaN;
    private long lastStepNanos;
    private int lastStep;
    private long lastStepMillis;
    private volatile @Nullable String doing;
    private volatile @Nullable Double secondsLeft;

    RunEvents(EventLog log, Recipe recipe) {
        this.log = log;
        this.recipe = recipe;
        timeLeft = new TimeLeft(recipe);
    }

    /** What it does now if it is not training. */
    @Nullable
    String doing() {
        return doing;
    }

    /** Until all models are trained; null until that can be told. */
    @Nullable
    Double secondsLeft() {
        return secondsLeft;
    }

    @Override
    public void accept(LabEvent event) {
        switch (event) {
            case LabEvent.Fetching fetching -> fetching(fetching.event());
            case LabEvent.DataOpened opened -> {
                timeLeft.opened(opened.data(), opened.trainingSamples());
                log.add(
                        "data",
                        Map.of(
                                "dataset", opened.data().name(),
                                "trainingSamples", opened.trainingSamples(),
                                "testSamples", opened.testSamples()));
            }
            case LabEvent.ModelStarted started -> {
                doing = null;
                model = started.spec().name();
                best = Double.POSITIVE_INFINITY;
                lastEpochSeconds = Double.NaN;
                modelNumber = started.number();
                models = started.models();
                batchSamples = recipe.models().get(modelNumber - 1).training().batchSize();
            }
            case LabEvent.TakenUp taken -> {
                String where = taken.over()
                        ? taken.model() + " was trained before."
                        : taken.model() + " continues in epoch " + taken.place().epoch() + ", after "
                                + taken.place().steps() + " steps of it.";
                log.add("notice", Map.of("message", where));
                taken.warnings()
                        .forEach(warning ->
                                log.add("notice", Map.of("message", ErrorResponses.withoutFolders(warning))));
            }
            case LabEvent.Training training -> training(training.event());
            case LabEvent.Working working -> working(working.task());
            case LabEvent.Progress progress -> {
                if (!progress.task().equals(doing)) {
                    working(progress.task());
                }
            }
            case LabEvent.SweepAnnounced sweep ->
                working("Sweep over the latent sizes of " + String.join(" and ", sweep.models()));
            case LabEvent.Notice notice ->
                log.add("notice", Map.of("message", ErrorResponses.withoutFolders(notice.text())));
            case LabEvent.Finished finished -> doing = null;
        }
    }

    private void working(String task) {
        doing = task;
        secondsLeft = null;
        log.add("working", Map.of("task", task));
    }

    private void fetching(FetchEvent event) {
        doing = "Fetching data";
        long now = System.nanoTime();
        if (now - lastStepNanos > LEAST_NANOS_BETWEEN_STEPS) {
            lastStepNanos = now;
            log.add("fetching", Map.of("message", ErrorResponses.withoutFolders(event.toString())));
        }
    }

    private void training(TrainEvent event) {
        switch (event) {
            case TrainEvent.Started started -> {
                epochs = started.epochs();
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("model", model);
                fields.put("number", modelNumber);
                fields.put("models", models);
                fields.put("epochs", epochs);
                fields.put("stepsPerEpoch", started.stepsPerEpoch());
                isVariational = started.loss().isVariational();
                fields.put("lossName", started.loss().inWords());
                log.add("model", fields);
            }
            case TrainEvent.Warned warned -> log.add("notice", Map.of("message", warned.sentence()));
            case TrainEvent.EpochStarted started -> {
                lastStep = 0;
                lastStepMillis = 0;
            }
            case TrainEvent.StepFinished step -> step(step);
            case TrainEvent.EpochFinished finished -> epoch(finished.epoch());
            case TrainEvent.Waiting waiting ->
                log.add("notice", Map.of("message", ErrorResponses.withoutFolders(waiting.reason())));
            case TrainEvent.Resumed resumed -> log.add("notice", Map.of("message", "It goes on."));
            default -> {}
        }
    }

    private void step(TrainEvent.StepFinished step) {
        long now = System.nanoTime();
        if (now - lastStepNanos < LEAST_NANOS_BETWEEN_STEPS && step.step() < step.steps()) {
            return;
        }
        double secondsPerStep = step.elapsedMillis() / 1e3 / step.step();
        double epochSeconds = Double.isNaN(lastEpochSeconds) ? secondsPerStep * step.steps() : lastEpochSeconds;
        double epochsLeft = epochs - step.epoch() + (step.steps() - step.step()) / (double) step.steps();
        double left = timeLeft.seconds(modelNumber, epochsLeft, epochSeconds);
        secondsLeft = left;
        double recentSeconds = (step.elapsedMillis() - lastStepMillis) / 1e3;
        Runtime runtime = Runtime.getRuntime();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("model", model);
        fields.put("epoch", step.epoch());
        fields.put("step", step.step());
        fields.put("steps", step.steps());
        fields.put("loss", step.measured().loss());
        fields.put("mse", step.measured().mse());
        fields.put("mae", step.measured().mae());
        fields.put("learningRate", (float) step.learningRate()); // a float is told as 0.001, its double is not
        fields.put(
                "samplesPerSecond",
                recentSeconds > 0 ? (step.step() - lastStep) * batchSamples / recentSeconds : Double.NaN);
        fields.put("secondsLeft", left);
        fields.put("heapUsedBytes", runtime.totalMemory() - runtime.freeMemory());
        log.add("step", fields);
        lastStepNanos = now;
        lastStep = step.step();
        lastStepMillis = step.elapsedMillis();
    }

    private void epoch(History.Epoch epoch) {
        lastEpochSeconds = epoch.seconds();
        boolean isBest = epoch.validationLoss() < best;
        best = Math.min(best, epoch.validationLoss());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("model", model);
        fields.put("epoch", epoch.number());
        fields.put("loss", epoch.loss());
        fields.put("mse", epoch.mse());
        fields.put("mae", epoch.mae());
        fields.put("validationLoss", epoch.validationLoss());
        fields.put("validationMse", epoch.validationMse());
        fields.put("validationMae", epoch.validationMae());
        fields.put("learningRate", (float) epoch.learningRate());
        fields.put("trainSeconds", epoch.trainSeconds());
        fields.put("seconds", epoch.seconds());
        fields.put("reconstruction", isVariational ? epoch.reconstruction() : null);
        fields.put("validationReconstruction", isVariational ? epoch.validationReconstruction() : null);
        fields.put("divergence", isVariational ? epoch.divergence() : null);
        fields.put("validationDivergence", isVariational ? epoch.validationDivergence() : null);
        fields.put("best", isBest);
        log.add("epoch", fields);
    }
}
