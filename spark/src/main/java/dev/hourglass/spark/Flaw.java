package dev.hourglass.spark;

/** What is wrong with a row: of what kind, and a sentence that says what was expected and what was found. */
record Flaw(BadRow kind, String reason) {}
