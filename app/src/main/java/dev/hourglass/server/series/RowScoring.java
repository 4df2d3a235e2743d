package dev.hourglass.server.series;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.SmoothedErrors;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.evaluate.errors.ErrorMeasure;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.models.EvaluationTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How rows get their scores.
 *
 * @param key as it is asked for
 * @param choices all that the model offers, the usual one first
 * @param errors how an error becomes a score
 * @param overlap what a row gets that several windows have
 * @param detection of a model that was calibrated; null where its errors alone are meant
 */
record RowScoring(
        String key,
        List<String> choices,
        StepErrors errors,
        RowAnswers.Overlap overlap,
        @Nullable Detection detection) {
    private static final String DETECTOR = "detector";

    /** By the parameter {@code measure}; without it as a detector does, if the model is one. */
    static RowScoring of(Query query, EvaluationTarget target) {
        Detection detection = target.model().file().detection();
        List<String> choices = new ArrayList<>(ErrorMeasure.keys());
        if (detection != null) {
            choices.addFirst(DETECTOR);
        }
        String key = query.choice("measure", choices);
        if (detection != null && key.equals(DETECTOR)) {
            return new RowScoring(key, choices, detection.errors(), detection.overlap(), detection);
        }
        StepErrors errors = switch (ErrorMeasure.of(key)) {
            case MSE -> new StepErrors.Squared();
            case MAE -> new StepErrors.Absolute();
        };
        return new RowScoring(key, choices, errors, RowAnswers.Overlap.MEAN, null);
    }

    /** What a detector's errors are of: the model's, or smoothed ones. */
    Reconstruction judged(Reconstruction model, Dataset samples) {
        return detection == null ? model : SmoothedErrors.of(model, samples, detection.errorBlur());
    }

    /** From a window to what a detector's score reads of its code; null where errors alone count. */
    @Nullable
    ChainInference code(SavedModel model, int threads) {
        return detection == null ? null : model.scoredCode(threads).orElse(null);
    }

    /** What a detector does to scores: smooths them, sets its threshold to 1, and knows which rows are odd by themselves. */
    StepScores finished(StepScores scores) {
        return detection == null ? scores : detection.finished(scores);
    }

    /** When scores over their threshold make up an event, if nobody says otherwise. */
    EventOptions events() {
        return detection == null ? EventOptions.defaults() : detection.events();
    }
}
