package dev.hourglass.planted.report;

import dev.hourglass.planted.lab.LabUsesServer;

/** Breaks the package table. */
public record ReportUsesLab(LabUsesServer forbidden) {}
