package dev.hourglass.server.samples;

import dev.hourglass.evaluate.errors.SampleErrors;
import dev.hourglass.server.jobs.Job;
import dev.hourglass.server.jobs.JobBoard;
import dev.hourglass.server.models.EvaluationTarget;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** The errors of every sample of a target, computed once. */
public final class ErrorJobs {
    private final JobBoard jobs;
    private final int threads;

    public ErrorJobs(JobBoard jobs, int threads) {
        this.jobs = jobs;
        this.threads = threads;
    }

    void answer(Context context, EvaluationTarget target, Consumer<SampleErrors> whenDone) {
        String task = String.format(
                Locale.ROOT,
                "Reconstructing %,d samples with %s",
                target.data().size(),
                target.model().key().model());
        jobs.answer(context, target.key("errors"), task, progress -> compute(target, progress), whenDone);
    }

    /** As far as they were asked for before. */
    public Optional<SampleErrors> known(EvaluationTarget target) {
        return jobs.finished(target.key("errors"));
    }

    /** Computed on this thread if need be. */
    public SampleErrors now(EvaluationTarget target, Job.Progress progress) {
        return known(target).orElseGet(() -> compute(target, progress));
    }

    private SampleErrors compute(EvaluationTarget target, Job.Progress progress) {
        return SampleErrors.of(
                target.model().autoencoder(),
                target.data(),
                threads,
                progress.of(target.data().size()));
    }
}
