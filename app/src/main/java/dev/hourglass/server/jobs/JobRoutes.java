package dev.hourglass.server.jobs;

import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.EventStreams;
import dev.hourglass.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** The state of jobs. */
public final class JobRoutes implements Routes {
    private static final long MOST_SILENT_MILLIS = 500;

    private final JobBoard jobs;
    private final EventStreams streams;

    public JobRoutes(JobBoard jobs, EventStreams streams) {
        this.jobs = jobs;
        this.streams = streams;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(
                "/api/jobs/{job}", context -> Answers.json(context, job(context).view()));
        routes.delete("/api/jobs/{job}", context -> {
            job(context).cancel();
            context.status(204);
        });
        routes.get("/api/jobs/{job}/events", this::follow);
    }

    private Job<?> job(Context context) {
        return jobs.job(context.pathParam("job"));
    }

    private void follow(Context context) {
        Job<?> job = job(context);
        streams.open(context, stream -> {
            while (true) {
                boolean over = job.state().over();
                stream.send("job", Answers.JSON.writeValueAsString(job.view()), null);
                if (over) {
                    return;
                }
                job.await(MOST_SILENT_MILLIS);
            }
        });
    }
}
