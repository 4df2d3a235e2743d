package dev.hourglass.data.tables;

/** Files called {@code .jsonl}. */
class JsonRowsFuzzTest extends TableFuzzTarget {
    JsonRowsFuzzTest() {
        super(".jsonl");
    }
}
