package dev.hourglass.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Errors as a judgement, and what a model makes of noise. */
final class AnomalyRoutes implements Routes {
    private static final double USUAL_SHARE = 0.95;

    private final Subjects subjects;
    private final ErrorJobs errors;
    private final JobBoard jobs;

    AnomalyRoutes(Subjects subjects, ErrorJobs errors, JobBoard jobs) {
        this.subjects = subjects;
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
            Judgement.Threshold at,
            @Nullable Double rocAuc,
            @Nullable Double averagePrecision,
            Judgement.@Nullable Threshold best) {}

    private record View(
            String measure,
            int samples,
            double threshold,
            int flagged,
            Percentiles percentiles,
            Judgement.Histogram histogram,
            List<Judgement.Threshold> scores,
            @Nullable Truth truth) {}

    private void anomalies(Context context) {
        Query query = new Query(context);
        String measure = query.choice("measure", List.of("mse", "mae"));
        int bins = query.integer("bins", 2, 500, 60);
        List<Integer> anomalous = query.integers("anomalous");
        var given = query.number("threshold", 0, Double.MAX_VALUE);
        Subject subject = subjects.subject(context);
        errors.answer(context, subject, found -> {
            Judgement judgement = new Judgement(found.by(measure), truth(subject, anomalous));
            double threshold = given.orElseGet(() -> judgement.percentile(USUAL_SHARE));
            Judgement.Threshold at = judgement.at(threshold);
            Answers.json(
                    context,
                    new View(
                            measure,
                            subject.data().size(),
                            threshold,
                            at.flagged(),
                            new Percentiles(
                                    judgement.percentile(0.5),
                                    judgement.percentile(0.9),
                                    judgement.percentile(0.95),
                                    judgement.percentile(0.99)),
                            judgement.histogram(bins),
                            judgement.thresholds(),
                            anomalous.isEmpty()
                                    ? null
                                    : new Truth(
                                            judgement.anomalies(),
                                            at,
                                            judgement.rocAuc(),
                                            judgement.averagePrecision(),
                                            judgement.best())));
        });
    }

    private static boolean @Nullable [] truth(Subject subject, List<Integer> anomalous) {
        if (anomalous.isEmpty()) {
            return null;
        }
        if (!subject.data().hasLabels()) {
            throw ApiException.impossible(
                    "anomalous", "These data have no labels.", "Leave 'anomalous' out, or upload data with labels.");
        }
        boolean[] truth = new boolean[subject.data().size()];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = anomalous.contains(subject.data().label(i));
        }
        return truth;
    }

    private void errors(Context context) {
        Subject subject = subjects.subject(context);
        errors.answer(context, subject, found -> {
            if (Answers.wants(context, Answers.CSV)) {
                context.contentType("text/csv; charset=utf-8").result(csv(subject, found));
                return;
            }
            int count = subject.data().size();
            float[] both = new float[2 * count];
            for (int i = 0; i < count; i++) {
                both[2 * i] = found.mse()[i];
                both[2 * i + 1] = found.mae()[i];
            }
            Answers.npy(context, NpyArray.of(both, count, 2));
        });
    }

    private static String csv(Subject subject, SampleErrors found) {
        StringBuilder csv = new StringBuilder("index,label,mse,mae\n");
        for (int i = 0; i < found.mse().length; i++) {
            Integer label = subject.label(i);
            csv.append(i).append(',').append(label == null ? "" : label).append(',');
            csv.append(found.mse()[i]).append(',').append(found.mae()[i]).append('\n');
        }
        return csv.toString();
    }

    private void denoise(Context context) {
        Query query = new Query(context);
        double noise = query.requiredNumber("noise", 0, 2);
        query.required("index");
        int index = query.integer("index", 0, Integer.MAX_VALUE, 0);
        int seed = query.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 42);
        Answers.json(context, Denoising.of(subjects.subject(context), seed).view(index, noise));
    }

    private void gain(Context context) {
        Query query = new Query(context);
        int seed = query.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 42);
        Subject subject = subjects.subject(context);
        int samples =
                Math.min(query.integer("samples", 1, 2_000, 200), subject.data().size());
        jobs.answer(
                context,
                subject.key("gain/" + seed + "/" + samples),
                "Denoising " + samples + " samples at ten levels",
                progress -> Denoising.of(subject, seed).levels(samples, progress),
                levels -> Answers.json(context, Map.of("samples", samples, "levels", levels)));
    }
}
