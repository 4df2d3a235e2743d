package dev.hourglass.cli.follow;

import dev.hourglass.data.tables.TableOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a stream is followed.
 *
 * @param table how its rows are written
 * @param json whether scores are written as lines of JSON, not as CSV
 * @param badRows what becomes of a line that is no row
 * @param state the file that keeps where the stream was; null for none
 */
public record FollowOptions(
        TableOptions table,
        boolean json,
        BadRows badRows,
        @Nullable Path state) {
    /** What becomes of a line that is no row. It is named in any case. */
    public enum BadRows {
        /** The stream ends there. */
        FAIL,
        /** It is taken for missing: the next window begins behind it. */
        SKIP
    }
}
