package dev.hourglass.data.catalog;

/** Is told how getting a data set goes. */
@FunctionalInterface
public interface FetchListener {
    /** For those who don't care. */
    FetchListener SILENT = event -> {};

    void onEvent(FetchEvent event);
}
