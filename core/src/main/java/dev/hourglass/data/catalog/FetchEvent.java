package dev.hourglass.data.catalog;

import dev.hourglass.data.images.ImageFolder;
import java.util.List;
import java.util.OptionalLong;

/**
 * What getting a data set tells while it runs, in order, on the thread that asked for it. Nothing is told when the
 * cache has all.
 */
public sealed interface FetchEvent {
    /** Another process or thread fetches the same data set; its work is waited for. */
    record Waiting(String dataset) implements FetchEvent {}

    /**
     * The cache had this file, but not with the bytes it has to have; it is fetched again.
     *
     * @param expected the SHA-256 that it has to have
     * @param found in words: another SHA-256, another length, or why it cannot be read
     */
    record Damaged(String file, String expected, String found) implements FetchEvent {}

    record Trying(DatasetSource source) implements FetchEvent {}

    /**
     * @param file a file of the data set
     * @param bytes that have arrived, as sent; may start again when a download can't be resumed
     * @param total as sent, if the source tells
     */
    record Progress(String file, long bytes, OptionalLong total) implements FetchEvent {}

    /** The file has the right digest and is in the cache. */
    record Verified(String file, String sha256) implements FetchEvent {}

    /** The source could not give what is still missing; the next one is tried. */
    record Failed(DatasetSource source, String reason) implements FetchEvent {}

    /** What was found in a table and taken, a sentence. */
    record Noted(String text) implements FetchEvent {}

    /** Pictures of a folder that could not be read and are left out, at least one; told once for each folder. */
    record Skipped(List<ImageFolder.Skipped> pictures, int read) implements FetchEvent {
        public Skipped {
            pictures = List.copyOf(pictures);
        }
    }
}
