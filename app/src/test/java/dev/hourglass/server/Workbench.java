package dev.hourglass.server;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.server.http.ServerOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server with a browser that looks at it: Debian's Chromium, which draws WebGL by software. */
final class Workbench implements AutoCloseable {
    private static final Path CHROMIUM =
            Path.of(System.getenv().getOrDefault("HOURGLASS_CHROMIUM", "/usr/bin/chromium"));
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path runs;
    private final long dataQuotaBytes;
    private final Playwright playwright;
    private final Browser browser;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> complaints = new ArrayList<>();
    private WorkbenchServer server;

    /** Without a browser the tests of pages are skipped, and say so. */
    static boolean hasBrowser() {
        return Files.isExecutable(CHROMIUM);
    }

    private Workbench(Path runs, long dataQuotaBytes) {
        this.dataQuotaBytes = dataQuotaBytes;
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE.toMillis() / 6.0);
        this.runs = runs;
        server = WorkbenchServer.start(options(0));
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of(
                                "--use-gl=angle",
                                "--use-angle=swiftshader",
                                "--enable-unsafe-swiftshader",
                                // SwiftShader for WebGL alone: to put whole pages together by it takes a fifth of all
                                // time.
                                "--disable-gpu-compositing")));
    }

    /** @param runs the folder of run folders */
    static Workbench open(Path runs) {
        return open(runs, ServerOptions.DEFAULT_DATA_QUOTA_BYTES);
    }

    /** @param dataQuotaBytes how much may be brought */
    static Workbench open(Path runs, long dataQuotaBytes) {
        return new Workbench(runs, dataQuotaBytes);
    }

    private ServerOptions options(int port) {
        return new ServerOptions(
                        ServerOptions.LOCAL_HOST, port, runs, null, DatasetCatalog.standard(), InstantSource.system())
                .withDataQuotaBytes(dataQuotaBytes);
    }

    /** Stops the server and starts another at the same address, as after an update or a crash of the machine. */
    void restart() {
        int port = server.port();
        server.close();
        server = WorkbenchServer.start(options(port));
    }

    /** A page of 1280 x 900 in a browser that knows nothing yet. */
    Page page() {
        return page(1280, 900, ColorScheme.LIGHT);
    }

    Page page(int width, int height, ColorScheme scheme) {
        BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
        Page page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            // The browser itself reports each answer that is an error; the pages show these.
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                complaints.add(message.text());
            }
        });
        return page;
    }

    /** Closes all pages that were opened, so that none draws or listens behind the next test. */
    void closePages() {
        browser.contexts().forEach(BrowserContext::close);
    }

    /**
     * All rules of axe over a page, which has no frames of other sites. What passed is not described, and is not sent
     * through a second page: both take longer than the rules.
     */
    static AxeBuilder axe(Page page) {
        AxeRunOptions options = new AxeRunOptions();
        options.setResultTypes(List.of("violations"));
        return new AxeBuilder(page).setLegacyMode(true).options(options);
    }

    /** What scripts threw and what the pages' policy refused, in all pages so far. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** The address of a place in the pages, such as {@code /runs/mnist/cnn}. */
    String at(String place) {
        return server.address() + "#" + place;
    }

    /** Trains a recipe through the API and waits for its end. */
    String train(String recipe) throws IOException, InterruptedException {
        String run = start(recipe);
        await(run, "finished");
        return run;
    }

    /** Starts a recipe through the API. */
    String start(String recipe) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "api/runs"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("text", recipe))))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 201) {
            throw new AssertionError("The run was not started: " + response.body());
        }
        return JSON.readTree(response.body()).path("run").asString();
    }

    /** Waits until a run is in a state. */
    void await(String run, String state) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        String now = state(run);
        while (!now.equals(state)) {
            if (Instant.now().isAfter(end) || now.equals("failed")) {
                throw new AssertionError(
                        "Run " + run + " is " + now + " and not " + state + ": " + get("api/runs/" + run));
            }
            Thread.sleep(200);
            now = state(run);
        }
    }

    String state(String run) throws IOException, InterruptedException {
        return get("api/runs/" + run).path("state").asString();
    }

    /** What is there at last, where a job may have to compute it. */
    JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.address() + path)).build();
        Instant end = Instant.now().plus(PATIENCE);
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        while (response.statusCode() == 202 && Instant.now().isBefore(end)) {
            Thread.sleep(100);
            response = client.send(request, BodyHandlers.ofString());
        }
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
        server.close();
    }
}
