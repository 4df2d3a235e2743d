package dev.hourglass.data.catalog;

import java.nio.file.Path;

/**
 * How one file of a data set stands in the cache.
 *
 * @param path where it lies or would lie
 * @param found what it was told by: its digest, or its length where that is wrong already; empty if it is missing
 */
public record CachedFile(DataFile file, Path path, State state, String found) {
    /** What a look at the file tells. */
    public enum State {
        MISSING,
        /** Not the bytes it has to have. */
        DAMAGED,
        /** The digest of the whole file, computed now, is the right one. */
        VERIFIED
    }

    public boolean isVerified() {
        return state == State.VERIFIED;
    }
}
