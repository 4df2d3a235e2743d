package dev.hourglass.planted.spark;

import dev.hourglass.planted.lab.LabUsesServer;

/** Breaks the package table. */
public record SparkUsesLab(LabUsesServer forbidden) {}
