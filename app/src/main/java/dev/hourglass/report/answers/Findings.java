package dev.hourglass.report.answers;

import dev.hourglass.engine.Loss;
import dev.hourglass.evaluate.latent.CodebookUse;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.report.DetectionSection;
import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.Prediction;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.train.History;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a run's numbers say, in sentences that carry these numbers. Each method below is one rule over the
 * measurements; a rule that its numbers do not meet says nothing, so no sentence is printed that the run does not show.
 */
public final class Findings {
    /** Closer than this, relative to the larger, two errors or losses are not told apart by one run. */
    private static final double SAME = 0.01;
    /** A cost is worth a sentence from this factor on; below, it may be the machine's noise. */
    private static final double NOTABLE_COST = 1.1;
    /** Validation loss over training loss from which the gap is worth a sentence. */
    private static final double NOTABLE_GAP = 1.25;

    private Findings() {}

    /**
     * What is said of models beside simple detectors, also where those are better.
     *
     * @param detections by the model's name
     */
    public static List<String> ofDetectors(Map<String, DetectionSection> detections) {
        List<String> findings = new ArrayList<>();
        detections.forEach((model, found) -> {
            DetectorComparison comparison = found.comparison();
            if (comparison != null && !comparison.verdict().isEmpty()) {
                String name = detections.size() == 1 ? "" : model + ": ";
                findings.add("As a detector of anomalies in " + found.data() + ": " + name
                        + comparison.verdict().getFirst());
            }
        });
        return findings;
    }

    /** First the basis of all that follows (what was measured, on how many samples), then one finding an element. */
    public static List<String> of(RunResult run) {
        List<ModelResult> models = run.models();
        List<String> findings = new ArrayList<>();
        findings.add(basis(run));
        models.forEach(model -> divergence(model).ifPresent(findings::add));
        models.forEach(model -> noCompression(model).ifPresent(findings::add));
        models.forEach(model -> otherLoss(model).ifPresent(findings::add));
        incomparable(run).ifPresent(findings::add);
        for (RunData data : run.data()) {
            List<ModelResult> ranked = run.modelsOf(data).stream()
                    .filter(model -> Double.isFinite(model.test().mse()))
                    .sorted(Comparator.comparingDouble(model -> model.test().mse()))
                    .toList();
            ranked.stream().skip(1).forEach(other -> findings.add(reconstruction(ranked.getFirst(), other)));
            latentSizes(ranked).ifPresent(findings::add);
            ranked.forEach(model -> pca(model).ifPresent(findings::add));
            ranked.forEach(model -> codebook(model).ifPresent(findings::add));
            ranked.forEach(model -> model.evaluation().predictions().stream()
                    .map(prediction -> prediction(model, prediction))
                    .forEach(findings::add));
        }
        parameters(models).ifPresent(findings::add);
        if (run.data().size() == 1) {
            epochTime(models).ifPresent(findings::add);
            throughput(models).ifPresent(findings::add);
        }
        models.forEach(model -> lastEpochs(model).ifPresent(findings::add));
        models.forEach(model -> gap(model).ifPresent(findings::add));
        return List.copyOf(findings);
    }

    private static String basis(RunResult run) {
        String trained = run.data().size() == 1
                ? (run.models().size() == 1 ? "one model" : "each model once") + " trained on "
                        + run.data().getFirst().counts()
                : run.models().stream()
                        .map(model ->
                                name(model) + " once trained on " + model.data().counts())
                        .collect(Collectors.joining(", "));
        return "Computed from this run's measurements alone: " + trained
                + ". Another seed would give slightly different numbers.";
    }

    /** PCA makes the squared error small, and so do most models; one that does not is at a disadvantage in it. */
    private static Optional<String> otherLoss(ModelResult model) {
        Loss loss = model.history().loss();
        return loss instanceof Loss.MeanSquaredError
                ? Optional.empty()
                : Optional.of(name(model) + " was trained to minimise the " + loss.inWords()
                        + "; its MSE and MAE were measured as well. PCA minimises the MSE.");
    }

    /** What made a model's validation loss, where that is not the usual one. */
    private static String validationLoss(ModelResult model) {
        Loss loss = model.history().loss();
        return "validation loss" + (loss instanceof Loss.MeanSquaredError ? "" : " (" + loss.inWords() + ")");
    }

    private static Optional<String> noCompression(ModelResult model) {
        int size = model.spec().input().size();
        int latentSize = latentSize(model);
        long around = model.spec().bypassSize();
        if (around > 0) {
            return Optional.of(name(model) + " does not compress: beside the " + Numbers.count(latentSize)
                    + " numbers of its code, " + Numbers.count(around) + " go around its waist.");
        }
        return latentSize < size
                ? Optional.empty()
                : Optional.of(name(model) + " compresses nothing: its code has " + Numbers.count(latentSize)
                        + " numbers, a sample " + Numbers.count(size) + ". A narrower waist makes it an autoencoder.");
    }

    /** What a code of numbered vectors takes, and how much of that is used. */
    private static Optional<String> codebook(ModelResult model) {
        CodebookUse use = model.evaluation().codebook();
        return use == null
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s writes a sample in %s bits: %s out of a codebook of %d. The test samples use %d of these,"
                                + " with a perplexity of %.1f.",
                        name(model),
                        Numbers.count(Math.round(use.bits())),
                        use.places() == 1 ? "1 vector" : Numbers.count(use.places()) + " vectors",
                        use.vectors(),
                        use.used(),
                        use.perplexity()));
    }

    private static Optional<String> incomparable(RunResult run) {
        if (run.data().size() < 2) {
            return Optional.empty();
        }
        String groups = run.data().stream()
                .map(data -> run.modelsOf(data).stream().map(Findings::name).collect(Collectors.joining(" and "))
                        + " on " + data.name())
                .collect(Collectors.joining(", "));
        return Optional.of("The models use different data: " + groups
                + ". Their errors and times cannot be ranked against each other; each is compared with PCA on its own"
                + " data"
                + " instead.");
    }

    private static Optional<String> divergence(ModelResult model) {
        Optional<History.Epoch> broken = model.history().epochs().stream()
                .filter(epoch -> !Double.isFinite(epoch.loss()) || !Double.isFinite(epoch.validationLoss()))
                .findFirst();
        if (broken.isPresent()) {
            History.Epoch epoch = broken.get();
            return Optional.of(name(model) + " diverged: in epoch " + epoch.number() + " its training loss was "
                    + Numbers.error(epoch.loss()) + ", its validation loss " + Numbers.error(epoch.validationLoss())
                    + ".");
        }
        return Double.isFinite(model.test().mse())
                ? Optional.empty()
                : Optional.of(name(model) + " diverged: its test MSE is "
                        + Numbers.error(model.test().mse()) + ".");
    }

    private static String reconstruction(ModelResult best, ModelResult other) {
        double lower = best.test().mse();
        double higher = other.test().mse();
        if (same(lower, higher)) {
            return "One run cannot separate the reconstructions of " + name(best) + " and " + name(other)
                    + ": test MSE " + Numbers.error(lower) + " and " + Numbers.error(higher) + ".";
        }
        double bestMae = best.test().mae();
        double otherMae = other.test().mae();
        // The absolute error weighs large misses less and may disagree.
        String disagreement = otherMae < bestMae && !same(otherMae, bestMae)
                ? " By the mean absolute error it is the other way round: " + Numbers.error(bestMae) + " against "
                        + Numbers.error(otherMae) + "."
                : "";
        return name(best) + " reconstructs " + better(higher, lower) + " than " + name(other) + ": test MSE "
                + Numbers.error(lower) + " against " + Numbers.error(higher) + "." + disagreement;
    }

    private static Optional<String> latentSizes(List<ModelResult> ranked) {
        if (ranked.stream().map(Findings::latentSize).distinct().count() < 2) {
            return Optional.empty();
        }
        String sizes = ranked.stream()
                .map(model -> name(model) + " keeps " + Names.code(model.spec()) + " of "
                        + Numbers.count(model.spec().input().size()) + " ("
                        + Names.compression(model.spec()) + ")")
                .collect(Collectors.joining(", "));
        ModelResult best = ranked.getFirst();
        ModelResult worst = ranked.getLast();
        String reading = "";
        if (!same(best.test().mse(), worst.test().mse())) {
            double factor = (double) latentSize(best) / latentSize(worst);
            if (factor > 1) {
                reading = " " + name(best) + " has the smaller error with " + Numbers.factor(factor)
                        + " times as many numbers at its waist as " + name(worst)
                        + ": this alone does not make it the better architecture.";
            } else if (factor < 1) {
                reading = " " + name(best) + " has the smaller error although it keeps fewer numbers than "
                        + name(worst) + ".";
            }
        }
        return Optional.of("This is not a like-for-like comparison: " + sizes + "." + reading);
    }

    private static Optional<String> pca(ModelResult model) {
        double mse = model.test().mse();
        double pca = model.pcaMse();
        if (!Double.isFinite(pca)) {
            return Optional.empty();
        }
        String numbers = Numbers.count(latentSize(model))
                + (model.spec().vectors().isPresent() ? " numbers, which take as many bits as its code" : " numbers");
        if (same(mse, pca)) {
            return Optional.of("At " + numbers + ", " + name(model) + " and PCA reconstruct equally well: test MSE "
                    + Numbers.error(mse) + " and " + Numbers.error(pca) + ".");
        }
        int spanned = model.data().trainingSamples() - 1;
        String few = spanned < latentSize(model)
                ? " PCA has at most " + Numbers.count(spanned, "component") + " here, since there are only "
                        + Numbers.count(spanned + 1L, "training sample") + "."
                : "";
        return Optional.of(
                pca < mse
                        ? "At " + numbers + ", PCA reconstructs " + better(mse, pca) + " than " + name(model)
                                + ": test MSE " + Numbers.error(pca) + " against " + Numbers.error(mse)
                                + ". Judged by MSE at this latent size, PCA is the better compressor." + few
                        : "At " + numbers + ", " + name(model) + " reconstructs " + better(pca, mse)
                                + " than PCA: test MSE " + Numbers.error(mse) + " against " + Numbers.error(pca)
                                + "." + few);
    }

    private static String prediction(ModelResult model, Prediction prediction) {
        double own = prediction.mse();
        double best = Math.min(prediction.linearMse(), prediction.lastMse());
        String steps = "the next " + Numbers.count(prediction.shape().dimension(0), "step");
        String simple = "the better of two simple predictions";
        String reading = same(own, best)
                ? name(model) + " predicts " + steps + " as well as " + simple
                : own < best
                        ? name(model) + " predicts " + steps + " " + better(best, own) + " than " + simple
                        : "For " + steps + ", " + simple + " is " + better(own, best) + " than " + name(model);
        return reading + ": test MSE " + Numbers.error(own) + " against " + Numbers.error(prediction.linearMse())
                + " (linear, from PCA's " + Numbers.count(latentSize(model)) + " numbers) and "
                + Numbers.error(prediction.lastMse()) + " (the last step kept).";
    }

    private static Optional<String> parameters(List<ModelResult> models) {
        return extremes(
                models,
                ModelResult::parameters,
                count -> Numbers.count((long) count),
                (most, factor, least) -> most + " has " + factor + " times the parameters of " + least);
    }

    private static Optional<String> epochTime(List<ModelResult> models) {
        return extremes(
                models,
                ModelResult::secondsPerEpoch,
                Numbers::duration,
                (most, factor, least) -> most + " takes " + factor + " times as long for an epoch as " + least);
    }

    private static Optional<String> throughput(List<ModelResult> models) {
        return extremes(
                models,
                model -> model.test().samplesPerSecond(),
                rate -> Numbers.count(Math.round(rate)) + " samples/s",
                (most, factor, least) ->
                        most + " reconstructs " + factor + " times as many samples per second as " + least);
    }

    /** How {@link #extremes} puts it. */
    @FunctionalInterface
    private interface Wording {
        String of(String most, String factor, String least);
    }

    /** Says how far the models with the most and the least of something are apart, if they are. */
    private static Optional<String> extremes(
            List<ModelResult> models,
            ToDoubleFunction<ModelResult> measure,
            DoubleFunction<String> text,
            Wording wording) {
        List<ModelResult> ascending = models.stream()
                .filter(model -> measure.applyAsDouble(model) > 0 && Double.isFinite(measure.applyAsDouble(model)))
                .sorted(Comparator.comparingDouble(measure))
                .toList();
        if (ascending.size() < 2) {
            return Optional.empty();
        }
        double most = measure.applyAsDouble(ascending.getLast());
        double least = measure.applyAsDouble(ascending.getFirst());
        if (most / least < NOTABLE_COST) {
            return Optional.empty();
        }
        String sentence =
                wording.of(name(ascending.getLast()), Numbers.factor(most / least), name(ascending.getFirst()));
        return Optional.of(sentence + ": " + text.apply(most) + " against " + text.apply(least) + ".");
    }

    /** Was validation loss still falling, had it levelled off, or was the best epoch an earlier one? */
    private static Optional<String> lastEpochs(ModelResult model) {
        List<History.Epoch> epochs = model.history().epochs();
        if (epochs.size() < 2 || divergence(model).isPresent()) {
            return Optional.empty();
        }
        History.Epoch best = model.history().best();
        History.Epoch last = epochs.getLast();
        History.Epoch before = epochs.get(epochs.size() - 2);
        if (best.number() == last.number() && !same(before.validationLoss(), last.validationLoss())) {
            return Optional.of(name(model) + "'s " + validationLoss(model) + " was still falling when training ended: "
                    + Numbers.error(before.validationLoss()) + " to " + Numbers.error(last.validationLoss()) + " ("
                    + Numbers.percent(1 - last.validationLoss() / before.validationLoss())
                    + " lower) in the last epoch. More epochs may lower it further.");
        }
        if (same(best.validationLoss(), last.validationLoss())) {
            return same(before.validationLoss(), last.validationLoss())
                    ? Optional.of(name(model) + "'s " + validationLoss(model)
                            + " had levelled off when training ended: "
                            + Numbers.error(before.validationLoss()) + " to " + Numbers.error(last.validationLoss())
                            + " in the last epoch.")
                    : Optional.empty();
        }
        String overfitting = last.loss() < best.loss() && !same(last.loss(), best.loss())
                ? " Training loss fell from " + Numbers.error(best.loss()) + " to " + Numbers.error(last.loss())
                        + " meanwhile: a sign of overfitting."
                : "";
        return Optional.of(name(model) + " was best after epoch " + best.number() + " of " + epochs.size()
                + ", not after the last: " + validationLoss(model) + " " + Numbers.error(best.validationLoss())
                + ", then "
                + Numbers.error(last.validationLoss()) + " at the end." + overfitting);
    }

    /** Is the error on samples that were not trained on much larger? A first epoch's training loss tells nothing of it. */
    private static Optional<String> gap(ModelResult model) {
        if (model.history().epochs().size() < 2 || divergence(model).isPresent()) {
            return Optional.empty();
        }
        History.Epoch last = model.history().last();
        // A loss that no model can bring to 0, such as cross-entropy of greys, would hide the gap.
        boolean isSquared = model.history().loss() instanceof Loss.MeanSquaredError;
        String what = isSquared ? "loss" : "MSE";
        double factor = last.validationMse() / last.mse();
        if (!(factor >= NOTABLE_GAP) || !Double.isFinite(factor)) {
            return Optional.empty();
        }
        boolean normalizes = model.spec().layers().stream().anyMatch(LayerSpec.BatchNormalization.class::isInstance);
        return Optional.of("In the last epoch " + name(model) + "'s validation " + what + " is "
                + Numbers.factor(factor)
                + " times its training " + what + ": " + Numbers.error(last.validationMse()) + " against "
                + Numbers.error(last.mse()) + ". That is a sign of overfitting"
                + (normalizes ? ", or of batch normalization's moving statistics that still lag behind." : "."));
    }

    private static String name(ModelResult model) {
        return Names.model(model);
    }

    private static int latentSize(ModelResult model) {
        return model.spec().keptSize();
    }

    private static String better(double higher, double lower) {
        return Numbers.factor(higher / lower) + " times better";
    }

    private static boolean same(double a, double b) {
        return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
    }
}
