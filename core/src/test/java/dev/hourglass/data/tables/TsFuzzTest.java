package dev.hourglass.data.tables;

/** Files called {@code .ts}. */
class TsFuzzTest extends TableFuzzTarget {
    TsFuzzTest() {
        super(".ts");
    }
}
