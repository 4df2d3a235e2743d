package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unit tests of the pages' modules, src/test/web: in Chromium, on the modules as the server serves them, and by
 * Node's own test runner. Either is enough; they run wherever there is one of the two.
 */
class PageModulesIT {
    private static final Path TESTS = Path.of("src/test/web");
    private static final Path WEB = Path.of("src/main/resources/dev/hourglass/server/web");
    /** The folders of modules that have tests. */
    private static final List<String> MODULES = List.of("shared", "runs", "maps", "data", "series");
    /** Where the browser finds the tests: beside the server's own files. */
    private static final String UNIT = "/unit/";
    /** A run that finds no tests must not count as passed. */
    private static final int LEAST_TESTS = 70;

    @TempDir
    private Path folder;

    @Test
    @EnabledIf("dev.hourglass.server.Workbench#hasBrowser")
    void passInChromium() {
        try (Workbench workbench = Workbench.open(folder)) {
            Page page = workbench.page();
            page.route("**" + UNIT + "**", PageModulesIT::serve);
            page.navigate(URI.create(workbench.at("")).resolve(UNIT).toString());
            Object outcome = page.evaluate("import('" + UNIT + "all.js').then(({ runAll }) => runAll())");

            assertThat(outcome).isInstanceOfSatisfying(Map.class, of -> {
                assertThat((List<?>) of.get("failures")).isEmpty();
                assertThat(of.get("count"))
                        .asInstanceOf(InstanceOfAssertFactories.INTEGER)
                        .isGreaterThanOrEqualTo(LEAST_TESTS);
            });
            assertThat(workbench.complaints()).isEmpty();
        }
    }

    /** An empty page, a module that imports all tests, and these, with what stands for Node's modules in a browser. */
    private static void serve(Route route) {
        String name = URI.create(route.request().url()).getPath().substring(UNIT.length());
        try {
            String text = switch (name) {
                case "" -> "<!doctype html><html lang=\"en\" data-theme=\"light\"><title>Unit tests</title></html>";
                case "all.js" ->
                    Stream.concat(
                                    tests().map(test -> "import \"./" + test + "\";"),
                                    Stream.of("export { runAll } from \"./browser/test.js\";"))
                            .collect(Collectors.joining("\n"));
                default ->
                    Files.readString(TESTS.resolve(name))
                            .replace("\"node:test\"", "\"./browser/test.js\"")
                            .replace("\"node:assert/strict\"", "\"./browser/assert.js\"")
                            .replaceAll("\"\\./(" + String.join("|", MODULES) + ")/", "\"/$1/");
            };
            route.fulfill(new Route.FulfillOptions()
                    .setContentType(name.isEmpty() ? "text/html" : "text/javascript")
                    .setBody(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> tests() throws IOException {
        try (Stream<Path> files = Files.list(TESTS)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".test.js"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    @EnabledIf("hasNode")
    void passInNode() throws IOException, InterruptedException {
        copy(TESTS, folder);
        copy(TESTS.resolve("node"), folder);
        for (String modules : MODULES) {
            copy(WEB.resolve(modules), folder.resolve(modules));
        }
        Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");
        Path lit = Files.createDirectories(folder.resolve("node_modules/lit"));
        Files.move(folder.resolve("lit.js"), lit.resolve("index.js"));
        Files.writeString(lit.resolve("package.json"), "{\"type\": \"module\", \"main\": \"index.js\"}");

        Path said = folder.resolve("said.txt");
        Process node = new ProcessBuilder("node", "--import", "./page.js", "--test")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        boolean ended = node.waitFor(2, TimeUnit.MINUTES);
        node.destroyForcibly();

        String output = Files.readString(said);
        assertThat(ended).as(output).isTrue();
        assertThat(node.exitValue()).as(output).isZero();
        assertThat(Pattern.compile("\\bpass (\\d+)")
                        .matcher(output)
                        .results()
                        .mapToInt(result -> Integer.parseInt(result.group(1)))
                        .max()
                        .orElse(0))
                .as(output)
                .isGreaterThanOrEqualTo(LEAST_TESTS);
    }

    static boolean hasNode() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator)))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "node")));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".js")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
