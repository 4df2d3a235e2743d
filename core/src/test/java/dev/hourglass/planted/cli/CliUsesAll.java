package dev.hourglass.planted.cli;

/** Breaks nothing: cli stands on top and may print. */
public final class CliUsesAll {
    private CliUsesAll() {}

    static void print(dev.hourglass.planted.server.ServerUsesCli allowed) {
        System.out.println(allowed);
    }
}
