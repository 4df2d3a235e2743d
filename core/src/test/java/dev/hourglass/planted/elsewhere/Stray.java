package dev.hourglass.planted.elsewhere;

/** Lies in a package that the table does not know. */
final class Stray {}
