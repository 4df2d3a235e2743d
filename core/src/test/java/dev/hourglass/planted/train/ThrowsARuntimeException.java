package dev.hourglass.planted.train;

/** Throws what nobody can react to. */
final class ThrowsARuntimeException {
    private ThrowsARuntimeException() {}

    static void fail() {
        throw new RuntimeException("something went wrong");
    }
}
