package dev.hourglass.planted.lab;

import dev.hourglass.data.images.decode.Orientation;

/** Uses what only data may. */
public record LabUsesDecoders(Orientation forbidden) {}
