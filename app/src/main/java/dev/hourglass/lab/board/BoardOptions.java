package dev.hourglass.lab.board;

import dev.hourglass.data.Dataset;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * How a benchmark is run.
 *
 * @param folder of the benchmark's own files
 * @param out where results go
 * @param seeds of the autoencoders, one each, at least one
 * @param threads that score, &gt;= 1; any number gives the same results
 * @param catalog opens a data set by its name, for benchmarks that need no folder
 */
public record BoardOptions(Path folder, Path out, List<Long> seeds, int threads, Function<String, Dataset> catalog) {
    public BoardOptions {
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty() || threads < 1) {
            throw new IllegalArgumentException(
                    "a board needs a seed and a thread or more, got " + seeds + " and " + threads);
        }
    }
}
