package dev.hourglass.planted.server;

import dev.hourglass.planted.cli.CliUsesAll;

/** Breaks the package table. */
public record ServerUsesCli(CliUsesAll forbidden) {}
