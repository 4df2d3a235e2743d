package dev.hourglass.server;

import dev.hourglass.data.DataSources;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.RecipeReader;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The workbench as a running server: pages, API and the runs that are trained here. */
public final class WorkbenchServer implements AutoCloseable {
    /** Requests that wait for a file or for the engine; more than these wait in the network. */
    private static final int REQUEST_THREADS = 48;

    private static final int REQUEST_HEADER_BYTES = 16 << 10;
    /** A body up to this is there before a thread is given to its request, so that a slow sender holds none. */
    private static final int EAGER_BYTES = 64 << 10;

    /** How long requests in progress are given when the server stops. */
    private static final long DRAIN_MILLIS = 10_000;

    private final ServerOptions options;
    private final RunsFolder runs;
    private final Javalin javalin;
    private final RunBoard board;
    private final JobBoard jobs = new JobBoard();
    private final EventStreams streams = new EventStreams();
    private final Uploads uploads;
    private final QueuedThreadPool threads = new QueuedThreadPool(REQUEST_THREADS, 8);
    private final List<String> operations = new ArrayList<>();

    private WorkbenchServer(ServerOptions options, RunsFolder runs) {
        this.options = options;
        this.runs = runs;
        RecipeReader reader = new RecipeReader(options.catalog().names());
        RunShelf shelf = new RunShelf(runs.folder(), reader);
        Recipes recipes = new Recipes(reader, options.clock());
        board = new RunBoard(shelf, recipes, new LabRunner(shelf, options.catalog(), options.clock()), options.clock());
        uploads = new Uploads(runs::newUpload, System::nanoTime);
        List<Routes> routes = routes(shelf, recipes);
        Gatekeeper gatekeeper = new Gatekeeper(options, this::port);
        WebFiles pages = new WebFiles();
        javalin = Javalin.create(config -> {
            configure(config);
            config.events.handlerAdded(handler -> operations.add(handler.getHttpMethod() + " " + handler.getPath()));
            config.routes.before(gatekeeper::look);
            routes.forEach(some -> some.addTo(config.routes));
            config.routes.get("/api/<unknown>", context -> {
                throw ApiException.missing(null, "There is nothing at this address.", "See /api for what there is.");
            });
            config.routes.get("/", pages::serve);
            config.routes.get("/<file>", pages::serve);
            Failing.addTo(config.routes);
        });
    }

    private List<Routes> routes(RunShelf shelf, Recipes recipes) {
        int processors = Runtime.getRuntime().availableProcessors();
        DataShelf data = new DataShelf(options.catalog());
        Subjects subjects = new Subjects(new ModelShelf(shelf, data, processors), data, uploads);
        ErrorJobs errors = new ErrorJobs(jobs, processors);
        RunViews views = new RunViews(shelf, board);
        return List.of(
                new ServerRoutes(board),
                new RecipeRoutes(
                        recipes, options.catalog(), () -> board.current().isPresent()),
                new RunRoutes(shelf, board, views, recipes, streams),
                new FileRoutes(shelf),
                new ComparisonRoutes(shelf, views),
                new ModelRoutes(shelf, subjects),
                new SnapshotRoutes(shelf, subjects, data),
                new SampleRoutes(subjects, errors),
                new ServiceRoutes(subjects),
                new UploadRoutes(subjects, uploads, new DataSources(options.catalog())),
                new MapRoutes(shelf, subjects, errors, jobs, processors),
                new AnomalyRoutes(subjects, errors, jobs),
                new JobRoutes(jobs, streams));
    }

    /**
     * Starts and returns; requests are served on threads of the server.
     *
     * @throws ServerException if the folder of runs can't be had, another server has it, or the address is taken
     */
    public static WorkbenchServer start(ServerOptions options) {
        WorkbenchServer server = new WorkbenchServer(options, RunsFolder.take(options.runs()));
        try {
            server.javalin.start(options.host(), options.port());
        } catch (JavalinException e) {
            server.close();
            throw new ServerException(
                    "Can't listen at " + options.host() + ":" + options.port() + ": " + Failures.reason(e)
                            + ". Choose another port with --port.",
                    e);
        }
        server.runs.sign(server.place());
        server.board.takeUp();
        return server;
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.prefer405over404 = true;
        config.router.javaLangErrorHandler(Failing::ofJvm);
        config.jetty.threadPool = threads;
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(REQUEST_HEADER_BYTES);
        });
        config.jetty.modifyServer(this::standBefore);
    }

    /** What stands before Javalin: nobody comes in when it stops, and not too many when it is busy. */
    private void standBefore(Server server) {
        server.setStopTimeout(DRAIN_MILLIS);
        server.setHandler(new GracefulHandler(new EagerContentHandler(
                new Admission(threads), new RetainedContentLoaderFactory(EAGER_BYTES, 0, false))));
        server.setErrorHandler(new UnroutedErrors());
    }

    /** Everything that is routed, such as {@code GET /api/runs/{run}}. */
    List<String> operations() {
        return List.copyOf(operations);
    }

    /** The port that it listens at. */
    public int port() {
        return javalin.port();
    }

    /** Where the pages are, with the token if there is one. */
    public String address() {
        String token = options.token() == null ? "" : "?token=" + options.token();
        return place() + "/" + token;
    }

    private String place() {
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return "http://" + host + ":" + port();
    }

    /** Takes no more requests, lets those in progress finish, saves the run that trains. */
    @Override
    public void close() {
        board.beginToClose();
        streams.close();
        javalin.stop();
        board.close();
        jobs.close();
        uploads.close();
        runs.close();
    }
}
