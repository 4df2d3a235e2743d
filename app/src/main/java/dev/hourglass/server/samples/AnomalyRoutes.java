package dev.hourglass.server.samples;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.detect.Denoising;
import dev.hourglass.detect.DenoisingGain;
import dev.hourglass.detect.ScoreEvaluation;
import dev.hourglass.detect.ScoreHistogram;
import dev.hourglass.detect.ThresholdMetrics;
import dev.hourglass.evaluate.errors.ErrorMeasure;
import dev.hourglass.evaluate.errors.SampleErrors;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.NpyArray;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.jobs.JobBoard;
import dev.hourglass.server.models.EvaluationTarget;
import dev.hourglass.server.models.EvaluationTargets;
import dev.hourglass.server.models.OpenModel;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reconstruction errors as anomaly scores, and denoising. */
public final class AnomalyRoutes implements Routes {
    private static final double USUAL_SHARE = 0.95;

    private final EvaluationTargets targets;
    private final ErrorJobs errors;
    private final JobBoard jobs;

    public AnomalyRoutes(EvaluationTargets targets, ErrorJobs errors, JobBoard jobs) {
        this.targets = targets;
        this.errors = errors;
        this.jobs = jobs;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        String model = "/api/runs/{run}/models/{model}";
        routes.get(model + "/anomalies", this::anomalies);
        routes.get(model + "/errors", this::errors);
        routes.get(model + "/denoising", this::denoise);
        routes.get(model + "/denoising-gain", this::gain);
    }

    private record Percentiles(double p50, double p90, double p95, double p99) {}

    private record Truth(
            int anomalies,
            ThresholdMetrics at,
            @Nullable Double rocAuc,
            @Nullable Double averagePrecision,
            @Nullable ThresholdMetrics best) {}

    private record View(
            String measure,
            int samples,
            double threshold,
            int flagged,
            Percentiles percentiles,
            ScoreHistogram histogram,
            List<ThresholdMetrics> scores,
            @Nullable Truth truth) {}

    private void anomalies(Context context) {
        Query query = new Query(context);
        ErrorMeasure measure = ErrorMeasure.of(query.choice("measure", ErrorMeasure.keys()));
        int bins = query.integer("bins", 2, 500, 60);
        List<Integer> anomalous = query.integers("anomalous");
        var given = query.number("threshold", 0, Double.MAX_VALUE);
        EvaluationTarget target = targets.target(context);
        errors.answer(context, target, found -> {
            ScoreEvaluation scores = evaluation(found.by(measure), truth(target, anomalous));
            double threshold = given.orElseGet(() -> scores.percentile(USUAL_SHARE));
            ThresholdMetrics at = scores.at(threshold);
            Answers.json(
                    context,
                    new View(
                            measure.key(),
                            target.data().size(),
                            threshold,
                            at.flagged(),
                            new Percentiles(
                                    scores.percentile(0.5),
                                    scores.percentile(0.9),
                                    scores.percentile(0.95),
                                    scores.percentile(0.99)),
                            scores.histogram(bins),
                            scores.thresholds(),
                            anomalous.isEmpty()
                                    ? null
                                    : new Truth(
                                            scores.anomalies(),
                                            at,
                                            Answers.orNull(scores.rocAuc()),
                                            Answers.orNull(scores.averagePrecision()),
                                            scores.bestByF1().orElse(null))));
        });
    }

    private static ScoreEvaluation evaluation(float[] scores, boolean @Nullable [] anomalous) {
        try {
            return anomalous == null ? ScoreEvaluation.of(scores) : ScoreEvaluation.of(scores, anomalous);
        } catch (IllegalArgumentException e) {
            throw ApiException.impossible("measure", "These errors say nothing: " + e.getMessage(), null);
        }
    }

    private static boolean @Nullable [] truth(EvaluationTarget target, List<Integer> anomalous) {
        if (anomalous.isEmpty()) {
            return null;
        }
        if (!target.data().hasLabels()) {
            throw ApiException.impossible(
                    "anomalous", "These data have no labels.", "Leave 'anomalous' out, or upload data with labels.");
        }
        boolean[] truth = new boolean[target.data().size()];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = anomalous.contains(target.data().label(i));
        }
        return truth;
    }

    private void errors(Context context) {
        EvaluationTarget target = targets.target(context);
        errors.answer(context, target, found -> {
            if (Answers.wants(context, Answers.CSV)) {
                context.contentType("text/csv; charset=utf-8").result(csv(target, found));
                return;
            }
            int count = target.data().size();
            float[] both = new float[2 * count];
            for (int i = 0; i < count; i++) {
                both[2 * i] = found.mse()[i];
                both[2 * i + 1] = found.mae()[i];
            }
            Answers.npy(context, NpyArray.of(both, count, 2));
        });
    }

    private static String csv(EvaluationTarget target, SampleErrors found) {
        int count = found.mse().length;
        boolean named = IntStream.range(0, count).anyMatch(i -> target.name(i) != null);
        StringBuilder csv = new StringBuilder(named ? "index,name,label,mse,mae\n" : "index,label,mse,mae\n");
        for (int i = 0; i < count; i++) {
            Integer label = target.label(i);
            csv.append(i).append(',');
            if (named) {
                String name = target.name(i);
                csv.append(CsvWriter.line(List.of(name == null ? "" : name))).append(',');
            }
            csv.append(label == null ? "" : label).append(',');
            csv.append(found.mse()[i]).append(',').append(found.mae()[i]).append('\n');
        }
        return csv.toString();
    }

    private record Denoised(
            int index,
            int[] shape,
            float[] clean,
            float[] noisy,
            float[] denoised,
            @JsonUnwrapped DenoisingGain gain) {
        static Denoised of(EvaluationTarget target, int index, Denoising.DenoisedSample sample) {
            return new Denoised(
                    index,
                    target.model().input().toArray(),
                    sample.clean(),
                    sample.noisy(),
                    sample.denoised(),
                    sample.gain());
        }
    }

    private void denoise(Context context) {
        Query query = new Query(context);
        double noise = query.requiredNumber("noise", 0, 2);
        query.required("index");
        int index = query.integer("index", 0, Integer.MAX_VALUE, 0);
        int seed = query.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 42);
        EvaluationTarget target = targets.target(context);
        target.requireIndex(index);
        Answers.json(context, Denoised.of(target, index, denoising(target, seed).sample(index, noise)));
    }

    private static Denoising denoising(EvaluationTarget target, long seed) {
        OpenModel model = target.model();
        return new Denoising(target.data(), noisy -> model.reconstruct(noisy, 1), target.similarity(), seed);
    }

    private void gain(Context context) {
        Query query = new Query(context);
        int seed = query.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 42);
        EvaluationTarget target = targets.target(context);
        int samples =
                Math.min(query.integer("samples", 1, 2_000, 200), target.data().size());
        jobs.answer(
                context,
                target.key("gain/" + seed + "/" + samples),
                "Denoising " + samples + " samples at ten levels",
                progress -> denoising(target, seed).levels(samples, progress.of(samples * Denoising.levelCount())),
                levels -> Answers.json(context, Map.of("samples", samples, "levels", levels)));
    }
}
