package dev.hourglass.server;

import dev.hourglass.data.DataSources;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.server.data.BroughtData;
import dev.hourglass.server.data.DataRoutes;
import dev.hourglass.server.data.PreviewRoutes;
import dev.hourglass.server.http.Admission;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.http.EventStreams;
import dev.hourglass.server.http.Gatekeeper;
import dev.hourglass.server.http.Intake;
import dev.hourglass.server.http.MemoryBudget;
import dev.hourglass.server.http.Outflow;
import dev.hourglass.server.http.RouteTable;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.http.ServerException;
import dev.hourglass.server.http.ServerOptions;
import dev.hourglass.server.http.UnroutedErrors;
import dev.hourglass.server.jobs.JobBoard;
import dev.hourglass.server.jobs.JobRoutes;
import dev.hourglass.server.maps.MapRoutes;
import dev.hourglass.server.models.BroughtShelf;
import dev.hourglass.server.models.DataShelf;
import dev.hourglass.server.models.EvaluationTargets;
import dev.hourglass.server.models.ModelRoutes;
import dev.hourglass.server.models.ModelShelf;
import dev.hourglass.server.models.ServiceRoutes;
import dev.hourglass.server.models.Uploads;
import dev.hourglass.server.recipes.DataSizes;
import dev.hourglass.server.recipes.RecipeRoutes;
import dev.hourglass.server.recipes.Recipes;
import dev.hourglass.server.runs.ComparisonRoutes;
import dev.hourglass.server.runs.FileRoutes;
import dev.hourglass.server.runs.LabRunner;
import dev.hourglass.server.runs.RunBoard;
import dev.hourglass.server.runs.RunRoutes;
import dev.hourglass.server.runs.RunShelf;
import dev.hourglass.server.runs.RunViews;
import dev.hourglass.server.runs.RunsFolder;
import dev.hourglass.server.samples.AnomalyRoutes;
import dev.hourglass.server.samples.ErrorJobs;
import dev.hourglass.server.samples.SampleRoutes;
import dev.hourglass.server.samples.SnapshotRoutes;
import dev.hourglass.server.samples.UploadRoutes;
import dev.hourglass.server.series.MarkRoutes;
import dev.hourglass.server.series.Marks;
import dev.hourglass.server.series.SeriesJobs;
import dev.hourglass.server.series.SeriesRoutes;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The workbench as a running server: pages, API and the runs that are trained here. */
public final class WorkbenchServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WorkbenchServer.class.getName());

    /** They read from the network and hand on; requests are answered by the threads of {@link Admission}. */
    private static final int NETWORK_THREADS = 16;

    private static final int REQUEST_HEADER_BYTES = 16 << 10;
    /** A part of what Java may use, for the bodies of requests on their way. */
    private static final int SHARE_FOR_BODIES = 4;

    /** How long requests in progress are given when the server stops. */
    private static final long DRAIN_MILLIS = 10_000;

    private final ServerOptions options;
    private final RunsFolder runs;
    private final Javalin javalin;
    private final RunBoard board;
    private final JobBoard jobs = new JobBoard();
    private final EventStreams streams = new EventStreams();
    private final Uploads uploads;
    private final BroughtData brought;
    private final Intake intake;
    private final RouteTable table = new RouteTable();

    private WorkbenchServer(ServerOptions options, RunsFolder runs, Intake.Pace pace) {
        this.options = options;
        this.runs = runs;
        Admission admission = new Admission();
        admission.setHandler(new Outflow(pace));
        intake = new Intake(
                pace, table, admission, new MemoryBudget(Runtime.getRuntime().maxMemory() / SHARE_FOR_BODIES));
        RecipeReader reader = new RecipeReader(options.catalog().names());
        RunShelf shelf = new RunShelf(runs.folder(), reader);
        brought = new BroughtData(runs.folder(), options.dataQuotaBytes(), options.clock());
        Recipes recipes = new Recipes(reader, brought.path(), options.clock());
        board = new RunBoard(shelf, recipes, new LabRunner(shelf, options.catalog(), options.clock()), options.clock());
        uploads = new Uploads(runs::newUpload, System::nanoTime);
        List<Routes> routes = routes(shelf, recipes);
        WebFiles pages = new WebFiles();
        javalin = Javalin.create(config -> {
            configure(config);
            config.events.handlerAdded(
                    handler -> table.add(handler.getHttpMethod().name(), handler.getPath()));
            routes.forEach(some -> some.addTo(config.routes));
            config.routes.get("/api/<unknown>", context -> {
                throw ApiException.missing(
                        null, "There is nothing at this address.", "See /api for the available addresses.");
            });
            config.routes.get("/", pages::serve);
            config.routes.get("/<file>", pages::serve);
            ErrorResponses.addTo(config.routes);
        });
    }

    private List<Routes> routes(RunShelf shelf, Recipes recipes) {
        int processors = Runtime.getRuntime().availableProcessors();
        DataShelf data = new DataShelf(options.catalog());
        DataSources sources = new DataSources(options.catalog());
        EvaluationTargets targets = new EvaluationTargets(
                new ModelShelf(shelf, data, brought, processors), data, uploads, new BroughtShelf(brought, sources));
        ErrorJobs errors = new ErrorJobs(jobs, processors);
        SeriesJobs series = new SeriesJobs(jobs, processors);
        Marks marks = new Marks(shelf, runs.folder(), brought);
        RunViews views = new RunViews(shelf, board);
        RecipeRoutes recipeRoutes = new RecipeRoutes(
                recipes,
                new DataSizes(options.catalog(), data::open),
                () -> board.current().isPresent());
        return List.of(
                new ServerRoutes(board),
                recipeRoutes,
                new DataRoutes(brought, board::userOf, removed -> {
                    data.forget(removed);
                    recipeRoutes.forgetEstimates();
                }),
                new PreviewRoutes(brought, jobs),
                new RunRoutes(shelf, board, views, recipes, streams),
                new FileRoutes(shelf),
                new ComparisonRoutes(shelf, views),
                new ModelRoutes(shelf, targets),
                new SnapshotRoutes(shelf, targets, data),
                new SampleRoutes(targets, errors),
                new ServiceRoutes(targets),
                new UploadRoutes(targets, uploads, sources),
                new MapRoutes(shelf, targets, errors, jobs, processors),
                new AnomalyRoutes(targets, errors, jobs),
                new SeriesRoutes(targets, series, marks),
                new MarkRoutes(targets, series, marks),
                new JobRoutes(jobs, streams));
    }

    /**
     * Starts and returns; requests are served on threads of the server.
     *
     * @throws ServerException if the folder of runs can't be used, another server has it, or the address is none of
     * this
     *     machine or taken
     */
    public static WorkbenchServer start(ServerOptions options) {
        return start(options, Intake.Pace.STANDARD);
    }

    static WorkbenchServer start(ServerOptions options, Intake.Pace pace) {
        requireKnown(options.host());
        WorkbenchServer server = new WorkbenchServer(options, RunsFolder.take(options.runs()), pace);
        try {
            server.javalin.start(options.host(), options.port());
        } catch (JavalinException e) {
            server.close();
            throw new ServerException("Can't listen at " + options.host() + ":" + options.port() + ": " + why(e), e);
        }
        server.runs.sign(server.place());
        server.board.takeUp();
        return server;
    }

    private static void requireKnown(String host) {
        try {
            InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new ServerException(
                    "Host '" + host + "' has no address. Check how it is written, or give --host an address.", e);
        }
    }

    private static String why(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = String.valueOf(cause.getMessage());
        if (reason.contains("Cannot assign requested address")) {
            return "this machine has no such address. Choose another with --host.";
        }
        if (reason.contains("Permission denied")) {
            return "ports below 1024 are the system's. Choose another with --port.";
        }
        return reason.contains("Address already in use")
                ? "another program listens there. Choose another port with --port."
                : reason + ". Choose another address with --host and --port.";
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.prefer405over404 = true;
        config.router.javaLangErrorHandler(ErrorResponses::ofJvm);
        config.jetty.threadPool = new QueuedThreadPool(NETWORK_THREADS, 4);
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(REQUEST_HEADER_BYTES);
            http.setHeaderCacheSize(0); // of each connection: with thousands of them it costs more than it spares
        });
        config.jetty.modifyServer(this::standBefore);
    }

    /**
     * What stands before Javalin: nobody comes in when it stops, headers decide, bodies are read, not too many are let in,
     * and answers must be read.
     */
    private void standBefore(Server server) {
        server.setStopTimeout(DRAIN_MILLIS);
        server.setHandler(new GracefulHandler(new Gatekeeper(options, intake)));
        server.setErrorHandler(new UnroutedErrors());
    }

    /** Everything that is routed, such as {@code GET /api/runs/{run}}. */
    List<String> operations() {
        return table.operations();
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
        intake.endAll();
        try {
            javalin.stop();
        } catch (JavalinException e) { // a request took longer than it is given; the run must be saved all the same
            LOG.log(System.Logger.Level.WARNING, "Requests in progress were cut off", e);
        }
        board.close();
        jobs.close();
        uploads.close();
        runs.close();
    }
}
