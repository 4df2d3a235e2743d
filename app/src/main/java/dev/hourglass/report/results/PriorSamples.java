package dev.hourglass.report.results;

import java.util.List;

/**
 * What a variational model makes of codes from its prior.
 *
 * @param drawn of codes drawn at random, row-major each
 * @param plane of a square of codes over the plane, row by row from the top; empty unless a code has two numbers
 */
public record PriorSamples(List<float[]> drawn, List<float[]> plane) {
    public PriorSamples {
        drawn = List.copyOf(drawn);
        plane = List.copyOf(plane);
    }
}
