package dev.hourglass.cli.arguments;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many threads compute. */
public final class ThreadsOption {
    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = WholeNumber.Threads.class,
            description = "Threads that compute (default: one per processor). Any number gives the same results.")
    private @Nullable Integer threads;

    public int count() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
