package dev.hourglass.planted.tensor;

/** Has a name that says nothing. */
final class ShapeHelper {}
