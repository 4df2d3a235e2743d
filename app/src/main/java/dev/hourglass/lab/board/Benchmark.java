package dev.hourglass.lab.board;

import dev.hourglass.lab.board.files.ScoreSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A benchmark whose data have been read: what has to be scored, and what the scores are worth. */
public interface Benchmark {
    /**
     * Something that is scored by itself: a series, or a split of a data set.
     *
     * @param name unique; the name of a file may be made of it
     * @param fingerprint of the data and all settings: what was scored under another one is scored again
     * @param scores computes them on the calling thread; the same numbers each time
     */
    record Item(String name, String fingerprint, Supplier<ScoreSet> scores) {}

    List<Item> items();

    /**
     * Judges all scores under the benchmark's protocol.
     *
     * @param scores by item, in order
     */
    BoardResult judge(Map<String, ScoreSet> scores);

    /**
     * Writes scores in the form that the benchmark's own scorer reads.
     *
     * @param folder of this board's results
     */
    default void export(Path folder, Map<String, ScoreSet> scores) throws IOException {}
}
