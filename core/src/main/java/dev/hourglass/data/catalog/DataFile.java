package dev.hourglass.data.catalog;

import dev.hourglass.data.Split;

/**
 * One file of a data set.
 *
 * @param name in the cache, at the sources and in the user's own folder
 * @param alternativeName under which copies go around too; may equal the name
 * @param content what the file holds
 * @param bytes its length, not compressed
 * @param sha256 of the bytes, not compressed, 64 hexadecimal digits in lower case
 */
public record DataFile(String name, String alternativeName, Split split, Content content, long bytes, String sha256) {
    /** What a file holds of each sample. */
    public enum Content {
        IMAGES,
        LABELS,
        /** Each image with its label before it. */
        RECORDS
    }

    public DataFile {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes must be >= 1, got " + bytes);
        }
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("sha256 must be 64 hexadecimal digits in lower case, got " + sha256);
        }
    }
}
