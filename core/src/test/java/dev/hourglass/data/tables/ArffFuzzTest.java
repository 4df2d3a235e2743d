package dev.hourglass.data.tables;

/** Files called {@code .arff}. */
class ArffFuzzTest extends TableFuzzTarget {
    ArffFuzzTest() {
        super(".arff");
    }
}
