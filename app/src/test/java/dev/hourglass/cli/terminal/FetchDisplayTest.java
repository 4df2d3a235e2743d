package dev.hourglass.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.catalog.DatasetSource;
import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.data.images.ImageFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FetchDisplayTest {
    private static final DatasetSource MIRROR = new DatasetSource.Mirror(URI.create("https://example.org/mnist/"), "");
    private static final String SHA = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db";

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void withoutATerminalEachSourceAndFileIsALine() {
        try (FetchDisplay display = new FetchDisplay(Terminal.plain(out, out))) {
            display.onEvent(new FetchEvent.Trying(MIRROR));
            display.onEvent(new FetchEvent.Failed(MIRROR, "unknown host"));
            display.onEvent(new FetchEvent.Trying(MIRROR));
            display.onEvent(new FetchEvent.Progress("images", 10, OptionalLong.of(20)));
            display.onEvent(new FetchEvent.Verified("images", SHA));
        }

        assertThat(written.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "Fetching from https://example.org/mnist/",
                        "  not to be had there: unknown host",
                        "Fetching from https://example.org/mnist/",
                        "  images: SHA-256 ba891046e650… is right");
    }

    @Test
    void aDamagedFileIsShownWithWhatWasExpectedAndFound() {
        try (FetchDisplay display = new FetchDisplay(Terminal.plain(out, out))) {
            display.onEvent(new FetchEvent.Damaged("images", SHA, "1,000 bytes"));
        }

        assertThat(written.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("images in the cache is damaged (expected SHA-256 ba891046e650…, found 1,000 bytes);"
                        + " fetching it again");
    }

    @Test
    void skippedPicturesAreCountedAndTheFirstTwentyListed() {
        List<ImageFolder.Skipped> pictures = IntStream.range(0, 22)
                .mapToObj(i -> new ImageFolder.Skipped(Path.of(i + ".png"), "damaged"))
                .toList();
        try (FetchDisplay display = new FetchDisplay(Terminal.plain(out, out))) {
            display.onEvent(new FetchEvent.Skipped(pictures, 1000));
        }

        assertThat(written.toString(StandardCharsets.UTF_8).lines())
                .hasSize(22)
                .startsWith("Skipped 22 of 1,022 pictures that can't be read:", "  0.png: damaged")
                .endsWith("  19.png: damaged", "  and 2 more");
    }

    @Test
    void onATerminalABarStandsAtTheLastProgressWhenTheFileIsDone() {
        Terminal terminal = new Terminal(out, out, true, false, false, () -> 80);
        try (FetchDisplay display = new FetchDisplay(terminal)) {
            display.onEvent(new FetchEvent.Progress("images", 1 << 20, OptionalLong.of(4 << 20)));
            display.onEvent(new FetchEvent.Progress("images", 3 << 20, OptionalLong.of(4 << 20)));
            display.onEvent(new FetchEvent.Verified("images", SHA));
        }

        List<String> lines = written.toString(StandardCharsets.UTF_8).lines().toList();
        String bar = lines.get(lines.size() - 2);
        assertThat(bar).contains("images", " 75%", "3/4 MB");
        assertThat(bar.replace("\033[K", "").length()).isLessThan(80);
        assertThat(lines.getLast()).isEqualTo("  images: SHA-256 ba891046e650... is right");
    }
}
