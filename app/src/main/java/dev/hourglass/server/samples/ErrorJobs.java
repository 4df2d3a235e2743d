package dev.hourglass.server.samples;

import dev.hourglass.evaluate.errors.SampleErrors;
import dev.hourglass.server.jobs.Job;
import dev.hourglass.server.jobs.JobBoard;
import dev.hourglass.server.models.Subject;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** The errors of every sample of a subject, computed once. */
public final class ErrorJobs {
    private final JobBoard jobs;
    private final int threads;

    public ErrorJobs(JobBoard jobs, int threads) {
        this.jobs = jobs;
        this.threads = threads;
    }

    void answer(Context context, Subject subject, Consumer<SampleErrors> whenDone) {
        String task = String.format(
                Locale.ROOT,
                "Reconstructing %,d samples with %s",
                subject.data().size(),
                subject.model().key().model());
        jobs.answer(context, subject.key("errors"), task, progress -> compute(subject, progress), whenDone);
    }

    /** As far as they were asked for before. */
    public Optional<SampleErrors> known(Subject subject) {
        return jobs.finished(subject.key("errors"));
    }

    /** Computed on this thread if need be. */
    public SampleErrors now(Subject subject, Job.Progress progress) {
        return known(subject).orElseGet(() -> compute(subject, progress));
    }

    private SampleErrors compute(Subject subject, Job.Progress progress) {
        return SampleErrors.of(
                subject.model().autoencoder(),
                subject.data(),
                threads,
                progress.of(subject.data().size()));
    }
}
