package dev.hourglass.evaluate.tsne;

import dev.hourglass.tensor.Workers;
import java.util.Arrays;

/**
 * What pushes the points of a t-SNE apart, by interpolation on a grid (Linderman et al. 2019, "FIt-SNE"): every point
 * is spread onto the nodes around it, the grid convolved with the repulsion, and the forces read off around each point.
 * Time grows with the points and with the area that they cover.
 *
 * <p>Spreading and reading use the same splines and the force is odd, so a point exerts none on itself.
 */
final class Repulsion {
    /** Nodes lie this far apart, in the units of the embedding: a point's push is felt over a distance of 1. */
    private static final double SPACING = 1.0 / 3;
    /** Where all points are close together, nodes are closer too. */
    private static final int LEAST_CELLS = 16;
    /** Beyond, nodes lie farther apart. At the spacing above, 1000 nodes span 333. */
    private static final int MOST_NODES = 1000;

    private static final int ROWS_PER_TASK = 16;
    /** Nodes around a point, a side. */
    private static final int SUPPORT = 4;

    private final Workers workers;
    private final int points;
    /** Points by the first row of nodes that they touch, and where each row's begin. */
    private final int[] byRow;

    private final int[] firstRow;
    private int[] rowStarts = {};
    private GridConvolution grid;
    private float[] forcesX = {};
    private float[] forcesY = {};
    private double left;
    private double top;
    private double perNode;

    Repulsion(int points, Workers workers) {
        this.points = points;
        this.workers = workers;
        byRow = new int[points];
        firstRow = new int[points];
        grid = newGrid(0);
    }

    /**
     * Takes in where the points are.
     *
     * @param positions [point][x, y]
     * @return the sum over all ordered pairs of different points of {@code 1 / (1 + d^2)}
     */
    double update(float[] positions) {
        fitGrid(positions);
        sortByRow(positions);
        spread(positions);
        double sum = grid.repel(forcesX, forcesY);
        return Math.max(sum - points * grid.selfSimilarity(), Double.MIN_NORMAL);
    }

    /** Writes x and y of the sum over all other points of {@code (y_i - y_j) / (1 + d^2)^2}. */
    void force(float x, float y, float[] into) {
        double column = (x - left) * perNode + 1;
        double row = (y - top) * perNode + 1;
        int c = (int) column;
        int r = (int) row;
        float u = (float) (column - c);
        float v = (float) (row - r);
        float w0 = before(u);
        float w1 = near(u);
        float w2 = near(1 - u);
        float w3 = before(1 - u);
        int place = (r - 1) * grid.nodes() + c - 1;
        float forceX = 0;
        float forceY = 0;
        for (int k = 0; k < SUPPORT; k++) {
            float weight = k == 0 ? before(v) : k == 1 ? near(v) : k == 2 ? near(1 - v) : before(1 - v);
            forceX += weight
                    * (w0 * forcesX[place]
                            + w1 * forcesX[place + 1]
                            + w2 * forcesX[place + 2]
                            + w3 * forcesX[place + 3]);
            forceY += weight
                    * (w0 * forcesY[place]
                            + w1 * forcesY[place + 1]
                            + w2 * forcesY[place + 2]
                            + w3 * forcesY[place + 3]);
            place += grid.nodes();
        }
        into[0] = forceX;
        into[1] = forceY;
    }

    /** The cubic B-spline of the node one before the cell, at {@code t} in the cell; of the one two after it, at 1 - t. */
    private static float before(float t) {
        float s = 1 - t;
        return s * s * s * (1 / 6f);
    }

    /** The cubic B-spline of the node where the cell begins; of the one where it ends, at 1 - t. */
    private static float near(float t) {
        return (t * t * (3 * t - 6) + 4) * (1 / 6f);
    }

    private void fitGrid(float[] positions) {
        float minX = Float.POSITIVE_INFINITY;
        float maxX = Float.NEGATIVE_INFINITY;
        float minY = Float.POSITIVE_INFINITY;
        float maxY = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < points; i++) {
            minX = Math.min(minX, positions[2 * i]);
            maxX = Math.max(maxX, positions[2 * i]);
            minY = Math.min(minY, positions[2 * i + 1]);
            maxY = Math.max(maxY, positions[2 * i + 1]);
        }
        double span = Math.max((double) maxX - minX, (double) maxY - minY);
        left = minX;
        top = minY;
        boolean fits = nodes(span, grid.spacing()) <= grid.nodes();
        boolean tooCoarse = span > 0 && span < grid.spacing() * LEAST_CELLS / 2;
        boolean tooLarge = nodes(span, grid.spacing()) < grid.nodes() / 3;
        if (!fits || tooCoarse || tooLarge) {
            grid = newGrid(0); // lets go of the memory of the one before, up to 80 MB
            grid = newGrid(span);
        }
        perNode = 1 / grid.spacing();
    }

    private static int nodes(double span, double spacing) {
        return (int) Math.min(span / spacing, 1e9) + SUPPORT + 1;
    }

    private GridConvolution newGrid(double span) {
        double spacing = SPACING;
        while (span > 0 && span < spacing * LEAST_CELLS) {
            spacing /= 2;
        }
        while (nodes(span, spacing) > MOST_NODES) {
            spacing *= 1.25;
        }
        GridConvolution made = new GridConvolution(Math.max(nodes(span, spacing), 2 * LEAST_CELLS), spacing, workers);
        forcesX = new float[made.nodes() * made.nodes()];
        forcesY = new float[made.nodes() * made.nodes()];
        rowStarts = new int[made.nodes() + 1];
        return made;
    }

    private void sortByRow(float[] positions) {
        Arrays.fill(rowStarts, 0);
        for (int i = 0; i < points; i++) {
            firstRow[i] = (int) ((positions[2 * i + 1] - top) * perNode + 1) - 1;
            rowStarts[firstRow[i] + 1]++;
        }
        for (int r = 0; r + 1 < rowStarts.length; r++) {
            rowStarts[r + 1] += rowStarts[r];
        }
        int[] next = rowStarts.clone();
        for (int i = 0; i < points; i++) {
            byRow[next[firstRow[i]]++] = i;
        }
    }

    /** Each task owns some rows of nodes and adds up, in one order, every point that touches them. */
    private void spread(float[] positions) {
        float[] charges = forcesX;
        int nodes = grid.nodes();
        workers.run(Math.ceilDiv(nodes, ROWS_PER_TASK), (worker, task) -> {
            int from = task * ROWS_PER_TASK;
            int to = Math.min(from + ROWS_PER_TASK, nodes);
            Arrays.fill(charges, from * nodes, to * nodes, 0);
            for (int p = rowStarts[Math.max(from - SUPPORT + 1, 0)]; p < rowStarts[to]; p++) {
                int point = byRow[p];
                addCharge(charges, positions[2 * point], positions[2 * point + 1], from, to);
            }
        });
    }

    private void addCharge(float[] charges, float x, float y, int from, int to) {
        double column = (x - left) * perNode + 1;
        double row = (y - top) * perNode + 1;
        int c = (int) column;
        int r = (int) row;
        float u = (float) (column - c);
        float v = (float) (row - r);
        float w0 = before(u);
        float w1 = near(u);
        float w2 = near(1 - u);
        float w3 = before(1 - u);
        for (int k = Math.max(0, from - r + 1); k < Math.min(SUPPORT, to - r + 1); k++) {
            float weight = k == 0 ? before(v) : k == 1 ? near(v) : k == 2 ? near(1 - v) : before(1 - v);
            int place = (r - 1 + k) * grid.nodes() + c - 1;
            charges[place] += weight * w0;
            charges[place + 1] += weight * w1;
            charges[place + 2] += weight * w2;
            charges[place + 3] += weight * w3;
        }
    }
}
