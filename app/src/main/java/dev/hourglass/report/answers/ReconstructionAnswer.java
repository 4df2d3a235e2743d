package dev.hourglass.report.answers;

import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.evaluate.errors.ErrorReport.OfClass;
import dev.hourglass.evaluate.errors.ImageQuality;
import dev.hourglass.report.Names;
import dev.hourglass.report.Numbers;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.Reference;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.SignalErrors;
import dev.hourglass.report.tables.ModelSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How well a model reconstructs: its errors beside PCA's and others', by class, and by the parts of a signal. */
final class ReconstructionAnswer {
    /** Closer than this, relative to the larger, two errors are not told apart by one run. */
    private static final double SAME = 0.01;
    /** A class is worth a sentence where it is harder than the easiest by this factor. */
    private static final double UNLIKE = 1.1;
    /** A part of a signal that comes through at least so far is whole, within what one run can tell. */
    private static final double WHOLE = 0.95;
    /** Noise of which no more than this is kept is left out. */
    private static final double LITTLE = 0.1;

    private ReconstructionAnswer() {}

    static List<String> of(ModelResult model) {
        if (!Double.isFinite(model.test().mse())) {
            return List.of();
        }
        List<String> sentences = new ArrayList<>();
        sentences.add(errors(model));
        pca(model).ifPresent(sentences::add);
        model.evaluation().references().forEach(reference -> sentences.add(reference(model, reference)));
        order(model).ifPresent(sentences::add);
        SignalErrors signal = model.evaluation().signal();
        if (signal != null) {
            sentences.addAll(signal(model, signal));
        }
        classes(model).ifPresent(sentences::add);
        extremes(model).ifPresent(sentences::add);
        return sentences;
    }

    private static String errors(ModelResult model) {
        RunData data = model.data();
        ImageQuality quality = model.evaluation().quality();
        String images = quality == null
                ? ""
                : String.format(Locale.ROOT, ", PSNR %.2f dB and SSIM %.3f on average", quality.psnr(), quality.ssim());
        return "On " + Numbers.count(data.testSamples()) + " test " + data.noun() + " its MSE is "
                + Numbers.error(model.test().mse()) + " and its MAE "
                + Numbers.error(model.test().mae()) + images
                + ", from " + Names.code(model.spec()) + " for "
                + Numbers.count(model.spec().input().size()) + passing(model);
    }

    private static String passing(ModelResult model) {
        long around = model.spec().bypassSize();
        return around == 0
                ? " (" + Numbers.ratio(model.spec().compressionRatio()) + ")."
                : ". Another " + Numbers.count(around) + " numbers go around its waist: " + ModelSummary.USE_OF_SKIPS
                        + ".";
    }

    private static Optional<String> pca(ModelResult model) {
        double own = model.test().mse();
        double pca = model.pcaMse();
        if (!Double.isFinite(pca)) {
            return Optional.empty();
        }
        String both = "MSE " + Numbers.error(pca) + " against " + Numbers.error(own)
                + (Double.isFinite(model.pcaMae())
                        ? ", MAE " + Numbers.error(model.pcaMae()) + " against "
                                + Numbers.error(model.test().mae())
                        : "");
        String rival = "PCA with " + model.spec().keptSize() + " components, fitted to the same training data,";
        if (same(own, pca)) {
            return Optional.of(rival + " is as good: " + both + ".");
        }
        return Optional.of(
                pca < own
                        ? rival + " is better: " + both + ". The simple baseline wins."
                        : rival + " is worse: " + both + ".");
    }

    private static String reference(ModelResult model, Reference reference) {
        List<String> parts = new ArrayList<>();
        Double mse = reference.mse();
        if (mse != null) {
            double share = model.test().mse() / mse;
            parts.add("MSE " + Numbers.error(mse)
                    + (reference.mae() == null ? "" : ", MAE " + Numbers.error(reference.mae())));
            parts.add(
                    Math.abs(share - 1) <= SAME
                            ? "this run reproduces that MSE"
                            : "this run's MSE is " + Numbers.percent(Math.abs(share - 1))
                                    + (share > 1 ? " higher" : " lower"));
            if (Double.isFinite(model.pcaMse())) {
                parts.add("PCA's is " + Numbers.percent(Math.abs(model.pcaMse() / mse - 1))
                        + (model.pcaMse() > mse ? " higher" : " lower"));
            }
        }
        Double compression = reference.compression();
        if (compression != null) {
            double computed = model.spec().compressionRatio();
            parts.add("a compression of " + Numbers.ratio(compression));
            parts.add(Numbers.count(model.spec().input().size()) + " numbers to "
                    + Numbers.count(model.spec().keptSize()) + " are " + Numbers.ratio(computed)
                    + (same(compression, computed) ? " indeed" : ", which is what counts here"));
        }
        return "Reported by " + reference.source() + ": " + String.join("; ", parts) + ".";
    }

    /** Who has the smallest error, of this run, its rival and what others report; nothing where it has no rival. */
    private static Optional<String> order(ModelResult model) {
        if (!Double.isFinite(model.pcaMse())) {
            return Optional.empty();
        }
        List<Claim> claims = new ArrayList<>();
        claims.add(new Claim("this run", model.test().mse()));
        claims.add(new Claim("PCA", model.pcaMse()));
        for (Reference reference : model.evaluation().references()) {
            Double mse = reference.mse();
            if (mse != null) {
                claims.add(new Claim(reference.source().replaceFirst(" \\(.*", ""), mse));
            }
        }
        if (claims.size() < 3) {
            return Optional.empty();
        }
        List<Claim> measured = claims.subList(0, 2).stream()
                .sorted(Comparator.comparingDouble(Claim::mse))
                .toList();
        return Optional.of("From the smallest MSE to the largest: "
                + claims.stream()
                        .sorted(Comparator.comparingDouble(Claim::mse))
                        .map(claim -> claim.who() + " " + Numbers.error(claim.mse()))
                        .collect(Collectors.joining(", "))
                + ". Of those measured here, " + measured.getFirst().who() + " is best.");
    }

    private record Claim(String who, double mse) {}

    private static List<String> signal(ModelResult model, SignalErrors signal) {
        List<String> sentences = new ArrayList<>();
        double factor = model.test().mse() / signal.noiseFloor();
        boolean besidePca = Double.isFinite(model.pcaMse());
        sentences.add("A perfect model, which reconstructs the signal and none of the noise, would have an MSE of "
                + Numbers.error(signal.noiseFloor()) + ": this one has " + Numbers.factor(factor)
                + " times this noise floor"
                + (besidePca ? ", PCA " + Numbers.factor(model.pcaMse() / signal.noiseFloor()) + " times" : "")
                + ". Against the signal without noise its MSE is "
                + Numbers.error(signal.model().cleanMse())
                + (besidePca ? ", PCA's " + Numbers.error(signal.pca().cleanMse()) : "") + ".");
        SignalErrors.OfModel own = signal.model();
        sentences.add("The reconstructions keep " + share(own.trend()) + " of the trends, "
                + share(own.periodic()) + " of the oscillations and " + share(own.noise()) + " of the noise"
                + (own.noise() <= LITTLE ? ", so noise is left out" : ", so part of the noise is memorised")
                + (own.trend() >= WHOLE && own.periodic() < WHOLE ? "; what is lost are oscillations" : "")
                + (own.trend() < WHOLE && own.periodic() >= WHOLE ? "; what is lost are trends" : "")
                + "." + (besidePca ? " PCA: " + shares(signal.pca()) + "." : ""));
        sentences.add("By kind, MSE over the noise floor of the kind: "
                + own.kinds().stream()
                        .sorted(Comparator.comparingDouble(kind -> kind.mse() / kind.noiseFloor()))
                        .map(kind -> kind.kind() + " " + Numbers.factor(kind.mse() / kind.noiseFloor()))
                        .collect(Collectors.joining(", "))
                + ".");
        return sentences;
    }

    private static String shares(SignalErrors.OfModel of) {
        return share(of.trend()) + ", " + share(of.periodic()) + " and " + share(of.noise());
    }

    private static String share(double value) {
        return Math.round(100 * value) + " %";
    }

    private static Optional<String> classes(ModelResult model) {
        ErrorReport errors = model.evaluation().errors();
        if (errors == null || errors.classes().size() < 2) {
            return Optional.empty();
        }
        List<OfClass> ascending = errors.classes().stream()
                .sorted(Comparator.comparingDouble(OfClass::mse))
                .toList();
        OfClass easiest = ascending.getFirst();
        OfClass hardest = ascending.getLast();
        double factor = hardest.mse() / easiest.mse();
        String both = name(model, hardest) + " (MSE " + Numbers.error(hardest.mse()) + ") and " + name(model, easiest)
                + " (" + Numbers.error(easiest.mse()) + ")";
        return Optional.of(
                factor < UNLIKE
                        ? "No class stands out: the hardest and the easiest are " + both + "."
                        : "The hardest and the easiest class are " + both + ", " + Numbers.factor(factor)
                                + " times apart.");
    }

    private static String name(ModelResult model, OfClass of) {
        return model.data().className(of.label());
    }

    private static Optional<String> extremes(ModelResult model) {
        List<ModelEvaluation.Extreme> best = model.evaluation().best();
        List<ModelEvaluation.Extreme> worst = model.evaluation().worst();
        if (best.isEmpty() || worst.isEmpty() || !(best.getFirst().mse() > 0)) {
            return Optional.empty();
        }
        return Optional.of("The worst test sample (" + described(model, worst.getFirst()) + ") has "
                + Numbers.factor(worst.getFirst().mse() / best.getFirst().mse()) + " times the error of the best ("
                + described(model, best.getFirst()) + ").");
    }

    private static String described(ModelResult model, ModelEvaluation.Extreme extreme) {
        Integer label = extreme.label();
        return "no. " + extreme.index()
                + (label == null ? "" : ", " + model.data().className(label)) + ", MSE " + Numbers.error(extreme.mse());
    }

    private static boolean same(double a, double b) {
        return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b));
    }
}
