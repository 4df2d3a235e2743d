package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.AllReduce;
import dev.hourglass.engine.DivergenceException;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.LossMeter;
import dev.hourglass.engine.Measured;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.Target;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.InputParts;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The training loop: epochs of shuffled batches, each epoch ended by a look at the validation set. */
public final class Trainer {
    private final Dataset training;
    private final Dataset validation;
    private final TrainOptions options;
    private final TrainingWatch watch;
    private final Consumer<TrainEvent> listener;
    private final Autoencoder model;
    private final TrainingSession session;
    private final int batchSize;
    private final List<History.Epoch> epochs;
    private final List<String> weightDigests;
    private EpochPlace place;
    private CallbackState callbacks;
    private TrimmingState trimming;

    private Trainer(
            TrainingState from,
            TrainingSession session,
            Dataset training,
            Dataset validation,
            TrainOptions options,
            TrainingWatch watch,
            Consumer<TrainEvent> listener) {
        this.training = training;
        this.validation = validation;
        this.options = options;
        this.watch = watch;
        this.listener = listener;
        this.session = session;
        model = from.model();
        batchSize = batchSize(options, training);
        epochs = new ArrayList<>(from.history().epochs());
        weightDigests = new ArrayList<>(from.weightDigests());
        place = from.place();
        callbacks = from.callbacks();
        trimming = from.trimming();
    }

    /**
     * Trains a fresh model to reconstruct its samples.
     *
     * @param validation not learned from; its loss is measured after each epoch
     * @param listener told what happens, on this thread
     * @throws ShapeException if a data set's samples do not have the model's input shape or are no images and are to be
     *     augmented
     * @throws UnsuitableTrainingException if the loss or the optimizer does not suit the model, its data or the state
     * @throws TrainingDivergedException if the loss or a gradient becomes NaN or infinite
     * @throws TrainingInterruptedException if this thread is interrupted between two steps
     */
    public static TrainResult train(
            AutoencoderSpec spec,
            Dataset training,
            Dataset validation,
            TrainOptions options,
            Consumer<TrainEvent> listener) {
        TrainingState fresh = TrainingState.fresh(spec, training.normalization(), options);
        return train(fresh, training, validation, options, TrainingWatch.INTERRUPTS, listener);
    }

    /**
     * Goes on from a state: with the data and options that led to it, to the same bits as if it had never stopped.
     *
     * @param from its model is trained on; nothing is left to do where it has all its epochs
     * @param watch looks between two steps
     * @throws ShapeException if a data set's samples do not have the model's input shape or are no images and are to be
     *     augmented
     * @throws UnsuitableTrainingException if the loss or the optimizer does not suit the model, its data or the state
     * @throws TrainingDivergedException if the loss or a gradient becomes NaN or infinite
     * @throws TrainingInterruptedException if the watch ends it
     */
    public static TrainResult train(
            TrainingState from,
            Dataset training,
            Dataset validation,
            TrainOptions options,
            TrainingWatch watch,
            Consumer<TrainEvent> listener) {
        return train(from, training, validation, options, watch, listener, AllReduce.NONE);
    }

    /**
     * As one of several processes that train the same model together, to the bits of one: all call this with the same state,
     * data and options. Each computes some chunks of every batch, and measures the whole validation set.
     *
     * @param sessions which of them this is; what it throws when another is lost ends training
     */
    public static TrainResult train(
            TrainingState from,
            Dataset training,
            Dataset validation,
            TrainOptions options,
            TrainingWatch watch,
            Consumer<TrainEvent> listener,
            AllReduce sessions) {
        AutoencoderSpec spec = from.model().spec();
        requireShape(spec, training);
        requireShape(spec, validation);
        options.augmentation().requireFits(spec.input());
        LossRequirements.require(spec, options.loss(), training, validation);
        requireNothingChanged(spec, options);
        options.trimming().requireSuits(spec.name(), options.loss(), training);
        from.requireSuits(options);
        try (TrainingSession session = TrainingSession.joined(
                spec.graph(),
                from.model().parameters(),
                new TrainingSettings(options.loss(), options.optimizer(), batchSize(options, training), options.seed()),
                options.threads(),
                sessions)) {
            session.restore(from.optimizer());
            return new Trainer(from, session, training, validation, options, watch, listener).run();
        }
    }

    private TrainResult run() {
        int steps = Math.ceilDiv(training.size(), batchSize);
        LossRequirements.warnings(model.spec(), options.loss())
                .forEach(warning -> listener.accept(new TrainEvent.Warned(warning)));
        String note = options.shuffle().note(training);
        if (!note.isEmpty()) {
            listener.accept(new TrainEvent.Warned(note));
        }
        listener.accept(new TrainEvent.Started(model.spec().name(), options.loss(), options.epochs(), steps));
        while (place.epoch() <= options.epochs() && !callbacks.hasStopped()) {
            listener.accept(new TrainEvent.EpochStarted(place.epoch(), options.epochs()));
            int[] order = options.trimming()
                    .kept(
                            options.shuffle().order(training, options.seed(), place.epoch()),
                            place.epoch(),
                            options.epochs(),
                            trimming);
            Samples targets = options.augmentation().samples(training, options.seed(), place.epoch());
            // Both of a pair are augmented alike.
            Samples seen = training.noisy()
                    .map(noisy -> options.augmentation().samples(noisy, options.seed(), place.epoch()))
                    .orElse(targets);
            Samples inputs =
                    options.noise().over(seen, training.sampleShape(), options.seed(), "training", place.epoch());
            List<Samples> ofOutputs = ofOutputs(training, targets);
            while (place.samples() < order.length) {
                step(List.of(inputs), ofOutputs, order);
                watch.look(TrainingWatch.Moment.STEP, place, this::state);
            }
            endEpoch();
            watch.look(TrainingWatch.Moment.EPOCH, place, this::state);
        }
        History history = new History(options.loss(), epochs);
        listener.accept(new TrainEvent.Finished(history));
        BestWeights restored = callbacks.toRestore();
        return new TrainResult(
                restored == null ? model : copy(restored.weights()),
                session.optimizerState(),
                history,
                weightDigests,
                callbacks.kept(),
                options.trimming().outliers(trimming));
    }

    private void step(List<Samples> inputs, List<Samples> targets, int[] order) {
        long start = System.nanoTime();
        int stepsAnEpoch = Math.ceilDiv(order.length, batchSize);
        float learningRate = learningRate(place.steps());
        session.setLearningRate(learningRate);
        int count = Math.min(batchSize, order.length - place.samples());
        session.setEpochs(place.epoch() - 1 + (double) place.steps() / stepsAnEpoch);
        double loss = loss(inputs, targets, order, count);
        Measured measured = new Measured(
                loss,
                session.reconstructionLoss(),
                session.divergence(),
                session.meanSquaredError(),
                session.meanAbsoluteError(),
                session.ofOutputs());
        place = place.plus(count, measured, System.nanoTime() - start);
        listener.accept(new TrainEvent.StepFinished(
                place.epoch(),
                place.steps(),
                stepsAnEpoch,
                place.measured(),
                learningRate,
                place.trainNanos() / 1_000_000));
    }

    /** @param step of this epoch, from 0 */
    private float learningRate(int step) {
        if (options.callbacks().reduceLrOnPlateau() != null) {
            return callbacks.plateau().learningRate();
        }
        long stepsAnEpoch = Math.ceilDiv(training.size(), batchSize);
        return options.schedule()
                .rate(
                        options.learningRate(),
                        (place.epoch() - 1) * stepsAnEpoch + step,
                        options.epochs() * stepsAnEpoch);
    }

    private double loss(List<Samples> inputs, List<Samples> targets, int[] order, int count) {
        try {
            return session.step(inputs, targets, order, place.samples(), count);
        } catch (DivergenceException e) {
            training.requireUnchanged(); // else the numbers are to blame
            throw new TrainingDivergedException(diverged(" at step " + (place.steps() + 1) + ": " + e.getMessage()), e);
        }
    }

    private String diverged(String where) {
        return "Training of '" + model.spec().name() + "' diverged in epoch " + place.epoch() + where + ".";
    }

    private void endEpoch() {
        long start = System.nanoTime();
        Measured validated = validate();
        training.requireUnchanged();
        validation.requireUnchanged();
        if (!Double.isFinite(validated.loss()) || !Double.isFinite(validated.mse())) {
            throw new TrainingDivergedException(
                    diverged(afterStep() + "the validation loss is " + validated.loss() + whereInValidation()));
        }
        requireFiniteWeights();
        epochs.add(new History.Epoch(
                place.epoch(),
                place.measured(),
                validated,
                learningRate(place.steps() - 1),
                place.trainNanos() / 1e9,
                (place.trainNanos() + System.nanoTime() - start) / 1e9));
        weightDigests.add(model.parameters().sha256());
        callbacks = callbacks.after(options.callbacks(), epochs.getLast(), model.parameters());
        trimming = options.trimming().after(trimming, model, training, options.threads());
        listener.accept(new TrainEvent.EpochFinished(epochs.getLast(), place.steps()));
        place = EpochPlace.startOf(place.epoch() + 1);
    }

    private String afterStep() {
        return " after step " + place.steps() + ": ";
    }

    private String whereInValidation() {
        return IntStream.range(0, validation.size())
                .mapToObj(sample -> session.whereNotFinite(validation::copySample, sample))
                .flatMap(Optional::stream)
                .findFirst()
                .map(where -> "; " + where)
                .orElse("");
    }

    /** The loss tells only in the next step that the last one spoiled the weights, and they must not be kept until then. */
    private void requireFiniteWeights() {
        for (Parameter parameter : model.parameters().list()) {
            for (float value : parameter.values()) {
                if (!Float.isFinite(value)) {
                    throw new TrainingDivergedException(diverged(
                            afterStep() + "layer '" + parameter.layer() + "' has weights that are not finite"));
                }
            }
        }
    }

    private TrainingState state() {
        requireFiniteWeights();
        return new TrainingState(
                copy(model.parameters()),
                session.optimizerState(),
                place,
                new History(options.loss(), epochs),
                weightDigests,
                callbacks,
                trimming);
    }

    private Autoencoder copy(Parameters weights) {
        return new Autoencoder(model.spec(), weights.copy(), model.normalization());
    }

    private static int batchSize(TrainOptions options, Dataset training) {
        return Math.min(options.batchSize(), training.size());
    }

    /** What comes next would have to be augmented as the sample is. */
    private static void requireNothingChanged(AutoencoderSpec spec, TrainOptions options) {
        boolean predicts = options.loss().outputTerms().stream().anyMatch(term -> term.target() == Target.NEXT);
        if (predicts && !options.augmentation().equals(Augmentation.NONE)) {
            throw new UnsuitableTrainingException("Model '" + spec.name()
                    + "' predicts next steps, which augmentation leaves as they are while it changes samples. Leave it"
                    + " out.");
        }
    }

    private static void requireShape(AutoencoderSpec spec, Dataset data) {
        if (!data.sampleShape().equals(spec.input())) {
            throw new ShapeException("Model '" + spec.name() + "' reads samples of shape " + spec.input() + ", but "
                    + data.name() + " has " + data.sampleShape()
                    + ". Give the data set that shape, or change the model's input.");
        }
    }

    /** With noise that is the same after each epoch, where the model learns to undo some. */
    private Measured validate() {
        try (LossMeter meter = LossMeter.of(model, options.loss(), options.threads())) {
            Samples targets = validation::copySample;
            Samples seen =
                    validation.noisy().<Samples>map(noisy -> noisy::copySample).orElse(targets);
            Samples inputs = options.noise().over(seen, validation.sampleShape(), options.seed(), "validation", 0);
            return meter.measure(List.of(inputs), ofOutputs(validation, targets), 0, validation.size());
        }
    }

    /**
     * What each of the model's outputs is to become, in their order.
     *
     * @param samples of the data, as they are to be rebuilt
     */
    private List<Samples> ofOutputs(Dataset data, Samples samples) {
        Loss loss = options.loss();
        if (loss.outputTerms().isEmpty()) {
            return List.of(samples);
        }
        return model.spec().graph().outputs().stream()
                .map(output -> asClasses(
                        loss.outputTerm(output),
                        switch (loss.outputTerm(output).target()) {
                            case INPUT -> samples;
                            case REVERSED -> Target.reversed(samples, data.sampleShape());
                            case NEXT -> (Samples) data.next().orElseThrow()::copy;
                            case PART -> part(output, samples);
                        }))
                .toList();
    }

    /** Rows of zeros with a single 1, where the numbers are those of classes. */
    private Samples asClasses(OutputTerm term, Samples targets) {
        AutoencoderSpec spec = model.spec();
        return term.loss().ofClasses() == null
                ? targets
                : Target.ofClasses(
                        targets,
                        spec.input().size(),
                        spec.facts().shapeOf(term.output()).dimension(-1),
                        null);
    }

    private Samples part(String output, Samples samples) {
        AutoencoderSpec spec = model.spec();
        return Target.part(
                samples,
                spec.input().size(),
                InputParts.offset(spec, output).orElseThrow(),
                spec.facts().shapeOf(output).size());
    }
}
