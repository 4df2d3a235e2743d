package dev.hourglass.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class FetchSettingsTest {
    private static final Path USER = Path.of("/home/ada");

    @Test
    void hourglassHomeComesFirst() {
        assertThat(home(Map.of("HOURGLASS_HOME", "/data/hourglass", "XDG_CACHE_HOME", "/xdg"), "Linux"))
                .isEqualTo(Path.of("/data/hourglass"));
    }

    @Test
    void thenTheXdgCacheFolderIfItIsAbsolute() {
        assertThat(home(Map.of("XDG_CACHE_HOME", "/xdg"), "Mac OS X")).isEqualTo(Path.of("/xdg/hourglass"));
        assertThat(home(Map.of("XDG_CACHE_HOME", "xdg"), "Linux")).isEqualTo(Path.of("/home/ada/.cache/hourglass"));
    }

    @Test
    void thenTheSystemsCustomaryFolder() {
        assertThat(home(Map.of(), "Linux")).isEqualTo(Path.of("/home/ada/.cache/hourglass"));
        assertThat(home(Map.of("HOURGLASS_HOME", "", "XDG_CACHE_HOME", ""), "Mac OS X"))
                .isEqualTo(Path.of("/home/ada/Library/Caches/hourglass"));
    }

    @Test
    void executablesAreLookedForInThePath() {
        FetchSettings settings =
                FetchSettings.of(Map.of("PATH", "/a" + File.pathSeparator + File.pathSeparator + "/b"), USER, "Linux");

        assertThat(settings.executableFolders()).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(settings.executable("npm")).isEmpty();
    }

    private static Path home(Map<String, String> environment, String osName) {
        return FetchSettings.of(environment, USER, osName).home();
    }
}
