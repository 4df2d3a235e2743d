package dev.hourglass.data.catalog;

import java.io.File;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a catalog keeps its files and how patient it is.
 *
 * @param home holds {@code datasets/NAME/} for each data set
 * @param executableFolders where a client such as npm is looked for, as in PATH
 * @param connectTimeout until a mirror has taken the connection
 * @param patience in which a mirror has to answer, name look-up included, and then to send at least 16 KiB each time
 * @param clientTimeout for a whole run of npm
 * @param proxies through which mirrors are asked
 */
public record FetchSettings(
        Path home,
        List<Path> executableFolders,
        Duration connectTimeout,
        Duration patience,
        Duration clientTimeout,
        ProxySelector proxies) {
    public FetchSettings {
        executableFolders = List.copyOf(executableFolders);
    }

    /**
     * Hourglass's folder is {@code HOURGLASS_HOME}, else {@code $XDG_CACHE_HOME/hourglass}, else
     * {@code ~/Library/Caches/hourglass} on macOS and {@code ~/.cache/hourglass} elsewhere.
     *
     * <p>Proxies are those of {@code https_proxy}, {@code http_proxy} and {@code no_proxy}, in small letters or
     * capitals; where none of the first two is set, those of the JVM ({@code -Dhttps.proxyHost}).
     *
     * @param environment of the process, for HOURGLASS_HOME, XDG_CACHE_HOME, PATH and proxies
     * @param userHome such as the system property {@code user.home}
     * @param osName such as the system property {@code os.name}
     */
    public static FetchSettings of(Map<String, String> environment, Path userHome, String osName) {
        List<Path> folders = Arrays.stream(
                        environment.getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator)))
                .filter(folder -> !folder.isBlank())
                .map(Path::of)
                .toList();
        return new FetchSettings(
                home(environment, userHome, osName),
                folders,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofMinutes(3),
                EnvironmentProxies.of(environment, ProxySelector.getDefault()));
    }

    private static Path home(Map<String, String> environment, Path userHome, String osName) {
        String own = environment.getOrDefault("HOURGLASS_HOME", "");
        if (!own.isBlank()) {
            return Path.of(own).toAbsolutePath();
        }
        Path xdg = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
        // The XDG specification has relative paths ignored.
        if (xdg.isAbsolute()) {
            return xdg.resolve("hourglass");
        }
        boolean mac = osName.toLowerCase(Locale.ROOT).startsWith("mac");
        return userHome.resolve(mac ? "Library/Caches" : ".cache").resolve("hourglass");
    }

    Optional<Path> executable(String name) {
        return executableFolders.stream()
                .map(folder -> folder.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
