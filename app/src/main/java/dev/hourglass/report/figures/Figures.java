package dev.hourglass.report.figures;

import dev.hourglass.report.Names;
import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.Prediction;
import dev.hourglass.report.results.PriorSamples;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.report.results.StitchedPictures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The figures of a run, named as their files: {@code cnn_training_history}, {@code model_comparison}. */
public final class Figures {
    private Figures() {}

    /** Every figure of a run: those of each model, then those that compare. */
    public static List<Figure> all(RunResult run) {
        List<Figure> figures = new ArrayList<>();
        for (ModelResult model : run.models()) {
            trainingHistory(model).ifPresent(figures::add);
            reconstructions(model).ifPresent(figures::add);
            figures.addAll(predictions(model));
            bestAndWorst(model).ifPresent(figures::add);
            wholePictures(model).ifPresent(figures::add);
            latentSpace(model).ifPresent(figures::add);
            priorSamples(model).ifPresent(figures::add);
            priorPlane(model).ifPresent(figures::add);
        }
        figures.add(comparison(run));
        figures.addAll(sideBySide(run));
        rateDistortion(run).ifPresent(figures::add);
        return figures;
    }

    /** Loss and mean absolute error by epoch; empty if no epoch was run. */
    public static Optional<Figure> trainingHistory(ModelResult model) {
        return model.history().epochs().isEmpty()
                ? Optional.empty()
                : Optional.of(new HistoryFigure(model).draw(fileName(model, "training_history")));
    }

    /** Test samples and what the model makes of them: images over images, series as curves; empty without examples. */
    public static Optional<Figure> reconstructions(ModelResult model) {
        if (model.data().examples().isEmpty()) {
            return Optional.empty();
        }
        String fileName = fileName(model, "reconstructed_" + model.data().noun());
        return Optional.of(
                model.data().series()
                        ? SeriesFigure.draw(fileName, model)
                        : ImagesFigure.reconstructions(fileName, model));
    }

    /** What follows test samples, by each output that predicts it; none without such outputs or examples. */
    public static List<Figure> predictions(ModelResult model) {
        List<Prediction> predictions = model.evaluation().predictions();
        return predictions.stream()
                .filter(prediction ->
                        !prediction.examples().isEmpty() && model.data().series())
                .map(prediction -> PredictionFigure.draw(
                        fileName(
                                model,
                                "predicted_steps" + (predictions.size() == 1 ? "" : "_" + clean(prediction.output()))),
                        model,
                        prediction))
                .toList();
    }

    /** The images that are rebuilt best and worst; empty if they were not looked for, or samples are no images. */
    public static Optional<Figure> bestAndWorst(ModelResult model) {
        return model.data().images() && !model.evaluation().best().isEmpty()
                ? Optional.of(ImagesFigure.bestAndWorst(fileName(model, "best_and_worst_images"), model))
                : Optional.empty();
    }

    /** Whole pictures of which the samples are patches; empty where these are whole. */
    public static Optional<Figure> wholePictures(ModelResult model) {
        StitchedPictures whole = model.evaluation().whole();
        return whole == null
                ? Optional.empty()
                : Optional.of(StitchedFigure.draw(fileName(model, "whole_pictures"), model, whole));
    }

    /** The codes of test samples on planes, by t-SNE and by PCA; empty if they were not embedded. */
    public static Optional<Figure> latentSpace(ModelResult model) {
        LatentSpace latent = model.evaluation().latent();
        return latent == null
                ? Optional.empty()
                : Optional.of(LatentFigure.draw(fileName(model, "latent_space"), model, latent));
    }

    /** New samples of a variational model; empty of others, and of series. */
    public static Optional<Figure> priorSamples(ModelResult model) {
        PriorSamples prior = model.evaluation().prior();
        if (prior == null || model.data().series()) {
            return Optional.empty();
        }
        PriorFigure figure = new PriorFigure(
                Names.model(model) + ": new samples",
                "of codes drawn from the prior, the standard normal distribution",
                model.data().sampleShape());
        return Optional.of(figure.draw(fileName(model, "prior_samples"), prior.drawn(), side(prior.drawn())));
    }

    /** What lies where on the plane of codes; empty unless a variational model has codes of two numbers. */
    public static Optional<Figure> priorPlane(ModelResult model) {
        PriorSamples prior = model.evaluation().prior();
        if (prior == null || prior.plane().isEmpty() || model.data().series()) {
            return Optional.empty();
        }
        PriorFigure figure = new PriorFigure(
                Names.model(model) + ": the plane of codes",
                "a grid as dense as the prior; the first number grows to the right, the second upwards",
                model.data().sampleShape());
        return Optional.of(figure.draw(fileName(model, "prior_plane"), prior.plane(), side(prior.plane())));
    }

    private static int side(List<float[]> samples) {
        return (int) Math.ceil(Math.sqrt(samples.size()));
    }

    /** Errors, compression, time and memory of all models as bars. */
    public static Figure comparison(RunResult run) {
        return ComparisonFigure.draw("model_comparison", run);
    }

    /** For each data set that several models share, their reconstructions side by side. */
    public static List<Figure> sideBySide(RunResult run) {
        List<Figure> figures = new ArrayList<>();
        for (RunData data : run.data()) {
            List<ModelResult> models = run.modelsOf(data);
            if (models.size() > 1 && !data.examples().isEmpty() && !data.series()) {
                String fileName = run.data().size() == 1 ? "side_by_side" : "side_by_side_" + clean(data.name());
                figures.add(SideBySideFigure.draw(fileName, run.title(), data, models));
            }
        }
        return figures;
    }

    /** Test error by latent size, beside PCA; empty if there was no sweep. */
    public static Optional<Figure> rateDistortion(RunResult run) {
        List<ModelResult> swept = run.models().stream()
                .filter(model -> model.evaluation().sweep() != null)
                .toList();
        return swept.isEmpty() ? Optional.empty() : Optional.of(RateDistortionFigure.draw("rate_distortion", swept));
    }

    private static String fileName(ModelResult model, String what) {
        return clean(model.spec().name()) + "_" + what;
    }

    private static String clean(String name) {
        return name.replaceAll("[^A-Za-z0-9_-]", "_");
    }
}
