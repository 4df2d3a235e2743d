package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unit tests of the pages' modules that need no page, src/test/web, by Node's own test runner, where there is a Node
 * of version 18 or newer. Elsewhere {@link PagesIT} sees them at work.
 */
class PageModulesIT {
    private static final Path TESTS = Path.of("src/test/web");
    private static final Path MODULES = Path.of("src/main/resources/dev/hourglass/server/web/shared");
    /** A run that finds no tests must not count as passed. */
    private static final int LEAST_TESTS = 36;

    @TempDir
    private Path folder;

    @Test
    void theirUnitTestsPass() throws IOException, InterruptedException {
        assumeTrue(hasNode(), "there is no node");
        copy(TESTS, folder);
        copy(MODULES, Files.createDirectory(folder.resolve("shared")));
        Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");

        Path said = folder.resolve("said.txt");
        Process node = new ProcessBuilder("node", "--test")
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

    private static boolean hasNode() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator)))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "node")));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".js")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
