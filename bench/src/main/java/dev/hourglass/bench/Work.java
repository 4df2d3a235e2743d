package dev.hourglass.bench;

/** What a runner does over and over and times. */
interface Work extends AutoCloseable {
    /** Does it once, and gives a number that is finite if nothing went wrong. */
    double run();

    @Override
    void close();
}
