package dev.hourglass.data.catalog;

/** Is notified while a data set is fetched. */
@FunctionalInterface
public interface FetchListener {
    /** For those who don't care. */
    FetchListener SILENT = event -> {};

    void onEvent(FetchEvent event);
}
