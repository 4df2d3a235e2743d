package dev.hourglass.evaluate.neighbours;

import dev.hourglass.evaluate.Points;
import java.util.Arrays;

/**
 * Squared Euclidean distances from a point to all others, block by block. Summed from differences, so points that
 * lie close together far from the origin lose no digits, as they would in {@code |a|^2 - 2ab + |b|^2}.
 */
public final class SquaredDistances {
    /** A block takes 128 KB for 32 dimensions: it stays in a core's cache while several points pass over it. */
    public static final int BLOCK = 1024;

    /** So much of a block of many dimensions stays in cache. */
    private static final int DIMENSIONS_PER_PASS = 32;

    private final Points points;
    /** [block][dimension][point of the block]; the last block is filled up with zeros. */
    private final float[][][] blocks;

    public SquaredDistances(Points points) {
        this.points = points;
        blocks = new float[Math.ceilDiv(points.count(), BLOCK)][points.dimensions()][BLOCK];
        for (int i = 0; i < points.count(); i++) {
            for (int d = 0; d < points.dimensions(); d++) {
                blocks[i / BLOCK][d][i % BLOCK] = points.get(i, d);
            }
        }
    }

    public int blocks() {
        return blocks.length;
    }

    /** How many points a block has. */
    public int size(int block) {
        return Math.min(BLOCK, points.count() - block * BLOCK);
    }

    /** @param into receives {@link #BLOCK} distances from one of the points, of which the first {@link #size} count */
    public void between(int point, int block, float[] into) {
        between(points, point, 1, block, new float[][] {into});
    }

    /**
     * From each of some other points, of as many dimensions.
     *
     * @param others from {@code first} on, {@code count} of them
     * @param into receives {@link #BLOCK} distances for each, of which the first {@link #size} count
     */
    void between(Points others, int first, int count, int block, float[][] into) {
        float[][] rows = blocks[block];
        for (int i = 0; i < count; i++) {
            Arrays.fill(into[i], 0);
        }
        for (int from = 0; from < rows.length; from += DIMENSIONS_PER_PASS) {
            int end = Math.min(from + DIMENSIONS_PER_PASS, rows.length);
            for (int i = 0; i < count; i++) {
                add(into[i], rows, others, first + i, from, end);
            }
        }
    }

    private static void add(float[] into, float[][] rows, Points others, int point, int from, int end) {
        int d = from;
        for (; d + 4 <= end; d += 4) {
            addFour(
                    into,
                    rows[d],
                    rows[d + 1],
                    rows[d + 2],
                    rows[d + 3],
                    others.get(point, d),
                    others.get(point, d + 1),
                    others.get(point, d + 2),
                    others.get(point, d + 3));
        }
        for (; d < end; d++) {
            addOne(into, rows[d], others.get(point, d));
        }
    }

    // Whole arrays under one index are what the compiler turns into vector code; four rows a pass save loads and
    // stores.
    private static void addFour(
            float[] into,
            float[] row0,
            float[] row1,
            float[] row2,
            float[] row3,
            float x0,
            float x1,
            float x2,
            float x3) {
        for (int j = 0; j < into.length; j++) {
            float d0 = row0[j] - x0;
            float d1 = row1[j] - x1;
            float d2 = row2[j] - x2;
            float d3 = row3[j] - x3;
            into[j] = into[j] + d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3; // as pairs it takes three times as long
        }
    }

    private static void addOne(float[] into, float[] row, float x) {
        for (int j = 0; j < into.length; j++) {
            float d = row[j] - x;
            into[j] += d * d;
        }
    }
}
