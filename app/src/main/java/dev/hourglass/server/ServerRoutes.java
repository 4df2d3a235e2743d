package dev.hourglass.server;

import dev.hourglass.lab.run.Provenance;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.runs.LiveRun;
import dev.hourglass.server.runs.RunBoard;
import dev.hourglass.tensor.Kernels;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The process and the description of its API. */
final class ServerRoutes implements Routes {
    private final ApiDescription api = ApiDescription.ofJar();
    private final String page = ApiPage.of(api);
    private final RunBoard board;

    ServerRoutes(RunBoard board) {
        this.board = board;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api", context -> context.html(page));
        routes.get(
                "/api/openapi.yaml",
                context -> context.contentType("application/yaml").result(api.text()));
        routes.get("/api/status", this::status);
    }

    private record Status(
            String version,
            int processors,
            String kernels,
            long heapUsedBytes,
            long heapMaxBytes,
            double uptimeSeconds,
            @Nullable String training,
            List<String> queued) {}

    private void status(Context context) {
        Runtime runtime = Runtime.getRuntime();
        Answers.json(
                context,
                new Status(
                        Provenance.version(),
                        runtime.availableProcessors(),
                        Kernels.best().description(),
                        runtime.totalMemory() - runtime.freeMemory(),
                        runtime.maxMemory(),
                        ManagementFactory.getRuntimeMXBean().getUptime() / 1e3,
                        board.current().map(LiveRun::name).orElse(null),
                        board.queued()));
    }
}
