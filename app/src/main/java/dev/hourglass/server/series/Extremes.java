package dev.hourglass.server.series;

import java.util.ArrayList;
import java.util.List;

/**
 * The smallest and the largest number of any stretch of a curve, quickly: those of blocks of 64 numbers are kept, of blocks of 64
 * such blocks, and so on. Numbers that are missing (NaN) are passed over. Immutable.
 */
final class Extremes {
    private static final int BLOCK = 64;

    private final float[] values;
    private final int stride;
    private final int offset;
    /** By level, from blocks of 64 up: the smallest and the largest of each block. */
    private final List<float[]> levels = new ArrayList<>();

    /** Of one kind of what the curve is made of. */
    @FunctionalInterface
    private interface Reader {
        /** The smallest, or largest, number at a place. */
        float at(int index, int which);
    }

    /**
     * Of one column of numbers.
     *
     * @param values [rows, stride]; not copied
     * @param offset the column, 0 to {@code stride - 1}
     */
    Extremes(float[] values, int stride, int offset) {
        this.values = values;
        this.stride = stride;
        this.offset = offset;
        Reader below = (row, which) -> value(row);
        for (int count = values.length / stride; count > BLOCK; count = Math.ceilDiv(count, BLOCK)) {
            float[] level = blocks(below, count);
            levels.add(level);
            below = (block, which) -> level[2 * block + which];
        }
    }

    private static float[] blocks(Reader below, int count) {
        float[] blocks = new float[2 * Math.ceilDiv(count, BLOCK)];
        for (int block = 0; block < blocks.length / 2; block++) {
            float least = Float.NaN;
            float most = Float.NaN;
            for (int i = block * BLOCK; i < Math.min(count, (block + 1) * BLOCK); i++) {
                least = smaller(least, below.at(i, 0));
                most = larger(most, below.at(i, 1));
            }
            blocks[2 * block] = least;
            blocks[2 * block + 1] = most;
        }
        return blocks;
    }

    private static float smaller(float known, float next) {
        return next < known || Float.isNaN(known) ? next : known;
    }

    private static float larger(float known, float next) {
        return next > known || Float.isNaN(known) ? next : known;
    }

    private float value(int row) {
        return values[row * stride + offset];
    }

    /** Bytes that the blocks take. */
    long bytes() {
        return levels.stream().mapToLong(level -> 4L * level.length).sum();
    }

    /** Of stretches, one after the other. */
    record Curve(float[] low, float[] high) {}

    /**
     * Cuts rows {@code from} to {@code to - 1} into parts of nearly equal length.
     *
     * @param parts how many, at most as many as rows
     * @return the smallest and largest of each part, NaN where it has no number
     */
    Curve of(int from, int to, int parts) {
        float[] low = new float[parts];
        float[] high = new float[parts];
        for (int part = 0; part < parts; part++) {
            int begin = start(from, to, parts, part);
            int end = start(from, to, parts, part + 1);
            float least = Float.NaN;
            float most = Float.NaN;
            for (int row = begin; row < end; ) {
                int level = largestBlock(row, end);
                if (level == 0) {
                    least = smaller(least, value(row));
                    most = larger(most, value(row));
                    row++;
                } else {
                    int size = size(level);
                    float[] blocks = levels.get(level - 1);
                    least = smaller(least, blocks[2 * (row / size)]);
                    most = larger(most, blocks[2 * (row / size) + 1]);
                    row += size;
                }
            }
            low[part] = least;
            high[part] = most;
        }
        return new Curve(low, high);
    }

    /** Where a part begins. */
    static int start(int from, int to, int parts, int part) {
        return from + (int) ((long) (to - from) * part / parts);
    }

    /** The level of the largest block that begins at a row and ends before another; 0 for the row alone. */
    private int largestBlock(int row, int end) {
        int level = 0;
        while (level < levels.size() && row % size(level + 1) == 0 && (long) row + size(level + 1) <= end) {
            level++;
        }
        return level;
    }

    private static int size(int level) {
        return 1 << (6 * level);
    }
}
