package dev.hourglass.data;

/**
 * A part of a named data set, written {@code mnist:train} or {@code mnist:test}. Whether a catalog knows the name is
 * the catalog's to say.
 *
 * @param dataset such as {@code mnist}, not empty, without colon
 */
public record DatasetReference(String dataset, Split split) {
    public DatasetReference {
        if (dataset.isBlank() || dataset.contains(":")) {
            throw new IllegalArgumentException("dataset must be a name without colon, got '" + dataset + "'");
        }
    }

    /**
     * @param text such as {@code mnist:test}
     * @param otherwise the split of a bare {@code mnist}
     * @throws DatasetException if the text is anything else
     */
    public static DatasetReference parse(String text, Split otherwise) {
        int colon = text.indexOf(':');
        String dataset = (colon < 0 ? text : text.substring(0, colon)).strip();
        if (dataset.isEmpty()) {
            throw new DatasetException("Data source '" + text + "' names no data set. Write it like mnist:test.");
        }
        if (colon < 0) {
            return new DatasetReference(dataset, otherwise);
        }
        String key = text.substring(colon + 1).strip();
        for (Split split : Split.values()) {
            if (split.key().equals(key)) {
                return new DatasetReference(dataset, split);
            }
        }
        throw new DatasetException("Data source '" + text + "' asks for the split '" + key
                + "'; expected train or test. Write it like " + dataset + ":test.");
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return dataset + ":" + split.key();
    }
}
