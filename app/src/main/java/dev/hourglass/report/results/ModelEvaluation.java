package dev.hourglass.report.results;

import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.evaluate.errors.ImageQuality;
import dev.hourglass.evaluate.latent.CodebookUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The evaluation of a trained model on the test set, beyond its mean errors. What the data cannot tell, or nobody
 * measured, is null or empty.
 *
 * @param errors by class, sample, step and channel
 * @param pca the same of PCA with as many components as the model has numbers at its waist
 * @param quality of images
 * @param best the samples that are rebuilt best, the best first
 * @param worst the samples that are rebuilt worst, the worst first
 * @param latent the space of the codes
 * @param signal how much of each part of the series is reconstructed, where the parts are known
 * @param sweep the same model with other latent sizes
 * @param memory at its largest while the model was trained
 * @param prior what a variational model makes of codes from its prior
 * @param predictions of outputs that tell what follows a sample
 * @param references what others report of the same model
 * @param whole the pictures of which the samples are patches
 * @param codebook how a vector-quantised model uses its vectors
 */
public record ModelEvaluation(
        @Nullable ErrorReport errors,
        @Nullable ErrorReport pca,
        @Nullable ImageQuality quality,
        List<Extreme> best,
        List<Extreme> worst,
        @Nullable LatentSpace latent,
        @Nullable SignalErrors signal,
        @Nullable Sweep sweep,
        @Nullable PeakMemory memory,
        @Nullable PriorSamples prior,
        List<Prediction> predictions,
        List<Reference> references,
        @Nullable StitchedPictures whole,
        @Nullable CodebookUse codebook) {
    /** Nothing was measured. */
    public static final ModelEvaluation NONE = new ModelEvaluation(
            null, null, null, List.of(), List.of(), null, null, null, null, null, List.of(), List.of(), null, null);

    /**
     * A sample that stands out.
     *
     * @param index in the test set, from 0
     * @param label its class; null where the data has none
     * @param original row-major
     * @param reconstruction row-major
     */
    public record Extreme(int index, @Nullable Integer label, double mse, float[] original, float[] reconstruction) {}

    public ModelEvaluation {
        best = List.copyOf(best);
        worst = List.copyOf(worst);
        predictions = List.copyOf(predictions);
        references = List.copyOf(references);
    }

    public ModelEvaluation withErrors(ErrorReport own, @Nullable ErrorReport ofPca) {
        return new ModelEvaluation(
                own,
                ofPca,
                quality,
                best,
                worst,
                latent,
                signal,
                sweep,
                memory,
                prior,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withQuality(ImageQuality value) {
        return new ModelEvaluation(
                errors,
                pca,
                value,
                best,
                worst,
                latent,
                signal,
                sweep,
                memory,
                prior,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withExtremes(List<Extreme> bestOnes, List<Extreme> worstOnes) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                bestOnes,
                worstOnes,
                latent,
                signal,
                sweep,
                memory,
                prior,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withLatent(LatentSpace value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                value,
                signal,
                sweep,
                memory,
                prior,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withSignal(SignalErrors value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                value,
                sweep,
                memory,
                prior,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withSweep(Sweep value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                signal,
                value,
                memory,
                prior,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withMemory(PeakMemory value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                signal,
                sweep,
                value,
                prior,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withReferences(List<Reference> value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                signal,
                sweep,
                memory,
                prior,
                predictions,
                value,
                whole,
                codebook);
    }

    public ModelEvaluation withPrior(PriorSamples value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                signal,
                sweep,
                memory,
                value,
                predictions,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withPredictions(List<Prediction> value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                signal,
                sweep,
                memory,
                prior,
                value,
                references,
                whole,
                codebook);
    }

    public ModelEvaluation withWhole(StitchedPictures value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                signal,
                sweep,
                memory,
                prior,
                predictions,
                references,
                value,
                codebook);
    }

    public ModelEvaluation withCodebook(CodebookUse value) {
        return new ModelEvaluation(
                errors,
                pca,
                quality,
                best,
                worst,
                latent,
                signal,
                sweep,
                memory,
                prior,
                predictions,
                references,
                whole,
                value);
    }
}
