package dev.hourglass.server.series;

import dev.hourglass.server.jobs.JobBoard;
import dev.hourglass.server.models.EvaluationTarget;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.function.Consumer;

/** The scores of every row of a target, computed once. */
public final class SeriesJobs {
    private final JobBoard jobs;
    private final int threads;

    /** @param threads that compute one job */
    public SeriesJobs(JobBoard jobs, int threads) {
        this.jobs = jobs;
        this.threads = threads;
    }

    void answer(Context context, EvaluationTarget target, RowScoring scoring, Consumer<ScoredSeries> whenDone) {
        ScoredSeries.require(target);
        String task = String.format(
                Locale.ROOT,
                "Scoring %,d rows with %s",
                target.data().places().orElseThrow().rows().count(),
                target.model().key().model());
        jobs.answer(
                context,
                target.key("series/" + scoring.key()),
                task,
                progress -> ScoredSeries.of(target.model(), target.data(), scoring, threads, progress),
                whenDone);
    }
}
