package dev.hourglass.planted.data;

/** Keeps state that the whole process shares. */
@SuppressWarnings("NonFinalStaticField") // it is planted for the rule against it
final class CountsInAStaticField {
    private static int opened;

    private CountsInAStaticField() {}

    static int open() {
        opened++;
        return opened;
    }
}
