package dev.hourglass.planted.lab;

import dev.hourglass.formats.json.Json;

/** Uses what only formats may. */
public record LabUsesJson(Json forbidden) {}
