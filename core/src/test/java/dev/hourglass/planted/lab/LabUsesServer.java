package dev.hourglass.planted.lab;

import dev.hourglass.planted.server.ServerUsesCli;

/** Breaks the package table. */
public record LabUsesServer(ServerUsesCli forbidden) {}
