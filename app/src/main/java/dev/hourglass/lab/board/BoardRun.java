package dev.hourglass.lab.board;

import dev.hourglass.files.Failures;
import dev.hourglass.lab.board.files.BoardFiles;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.lab.board.files.ScoreStore;
import dev.hourglass.lab.run.RunStoppedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a benchmark: scores what has not been scored yet, several items at once, judges all and writes the table. */
public final class BoardRun {
    private BoardRun() {}

    /** Told how far a run is, from any thread. */
    @FunctionalInterface
    public interface Listener {
        /** @param done items that are scored, of {@code all} */
        void scored(int done, int all);
    }

    /**
     * Runs one.
     *
     * @throws BoardException if the benchmark is not what is expected, or results can't be written
     * @throws RunStoppedException if this thread is interrupted; what was scored is kept
     */
    public static BoardResult run(BoardKind kind, BoardOptions options, Listener listener) {
        try {
            Benchmark benchmark = kind.open(options);
            Map<String, ScoreSet> scores = scores(benchmark, options, listener);
            BoardResult result = benchmark.judge(scores);
            BoardFiles.write(options.out(), kind, result);
            benchmark.export(options.out(), scores);
            return result;
        } catch (IOException e) {
            throw new BoardException("Can't write into " + options.out() + ": " + Failures.reason(e), e);
        }
    }

    private static Map<String, ScoreSet> scores(Benchmark benchmark, BoardOptions options, Listener listener)
            throws IOException {
        ScoreStore store = new ScoreStore(options.out().resolve("scores"));
        List<Benchmark.Item> items = benchmark.items();
        AtomicInteger done = new AtomicInteger();
        listener.scored(0, items.size());
        ExecutorService threads = Executors.newFixedThreadPool(options.threads());
        try {
            List<Future<ScoreSet>> all = new ArrayList<>();
            for (Benchmark.Item item : items) {
                all.add(threads.submit(() -> {
                    ScoreSet scores = scored(store, item);
                    listener.scored(done.incrementAndGet(), items.size());
                    return scores;
                }));
            }
            Map<String, ScoreSet> byItem = new LinkedHashMap<>();
            for (int i = 0; i < items.size(); i++) {
                byItem.put(items.get(i).name(), all.get(i).get());
            }
            return byItem;
        } catch (ExecutionException e) {
            Throwable reason = Objects.requireNonNullElse(e.getCause(), e);
            switch (reason) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new BoardException("Scoring failed: " + Failures.reason(reason), e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunStoppedException(
                    "Stopped with " + done.get() + " of " + items.size() + " scored. They are kept in " + options.out()
                            + "; the same command goes on.",
                    e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static ScoreSet scored(ScoreStore store, Benchmark.Item item) throws IOException {
        Optional<ScoreSet> kept = store.read(item);
        if (kept.isPresent()) {
            return kept.get();
        }
        ScoreSet scores = item.scores().get();
        store.write(item, scores);
        return scores;
    }

    /** Where the results of a benchmark go unless it is said. */
    public static Path usualOut(BoardKind kind) {
        return Path.of("boards").resolve(kind.word());
    }
}
