package dev.hourglass.lab.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The environment of a run.
 *
 * @param hourglass the version of this build
 * @param jvm name and version, such as {@code OpenJDK 64-Bit Server VM 25.0.1+8}
 * @param system such as {@code Linux 6.1 amd64}
 * @param processor its name as the system tells it
 * @param processors how many the JVM may use
 */
public record Provenance(String hourglass, String jvm, String system, String processor, int processors) {
    public static Provenance ofThisProcess() {
        return new Provenance(
                version(),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                processorName().orElse(System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors());
    }

    /** For programs, the members in the order above. */
    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("hourglass", hourglass);
        tree.put("jvm", jvm);
        tree.put("system", system);
        tree.put("processor", processor);
        tree.put("processors", processors);
        return tree;
    }

    /** What {@link #toTree} wrote; unknown where it did not. */
    static Provenance ofTree(JsonNode tree) {
        return new Provenance(
                tree.path("hourglass").asString("unknown"),
                tree.path("jvm").asString("unknown"),
                tree.path("system").asString("unknown"),
                tree.path("processor").asString("unknown"),
                tree.path("processors").asInt(0));
    }

    /** The version that Maven wrote into this build. */
    public static String version() {
        try (InputStream in = Provenance.class.getResourceAsStream("version.properties")) {
            Properties build = new Properties();
            if (in != null) {
                build.load(in);
            }
            return build.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException("The jar's version.properties cannot be read", e);
        }
    }

    private static Optional<String> processorName() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? ofSysctl() : ofCpuinfo();
    }

    private static Optional<String> ofCpuinfo() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .filter(name -> !name.isEmpty())
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty(); // not Linux; the caller names the architecture instead
        }
    }

    private static Optional<String> ofSysctl() {
        try {
            Process sysctl = new ProcessBuilder("sysctl", "-n", "machdep.cpu.brand_string")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return Optional.of(
                            new String(sysctl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                                    .strip())
                    .filter(name -> !name.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
