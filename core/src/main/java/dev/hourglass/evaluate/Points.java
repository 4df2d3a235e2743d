package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.Arrays;

/**
 * Points in a space: the codes of samples, or where an embedding puts them. All numbers are finite. Safe for use by
 * several threads as long as nobody writes into the array it was made of.
 */
public final class Points {
    private final int count;
    private final int dimensions;
    /** [point][dimension], row-major. */
    private final float[] values;

    private Points(int count, int dimensions, float[] values) {
        this.count = count;
        this.dimensions = dimensions;
        this.values = values;
    }

    /**
     * @param values [count, dimensions], row-major, all finite; not copied, so leave it as it is from here on
     * @throws ShapeException if the numbers do not fill at least one point, or not all points
     * @throws IllegalArgumentException if a number is NaN or infinite
     */
    public static Points of(float[] values, int dimensions) {
        if (dimensions < 1 || values.length == 0 || values.length % dimensions != 0) {
            throw new ShapeException("Points of " + dimensions + " dimensions need a multiple of " + dimensions
                    + " numbers and at least one point, got " + values.length + " numbers");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("Points need finite numbers, but point " + i / dimensions + " holds "
                        + values[i] + " at position " + i % dimensions + ". Correct or drop the point.");
            }
        }
        return new Points(values.length / dimensions, dimensions, values);
    }

    /** Every sample of a data set as a point; the whole set is held in memory. */
    public static Points of(Dataset data) {
        Shape shape = data.sampleShape();
        float[] values = new float[Math.multiplyExact(data.size(), shape.size())];
        for (int i = 0; i < data.size(); i++) {
            data.copySample(i, values, i * shape.size());
        }
        return of(values, shape.size());
    }

    public int count() {
        return count;
    }

    public int dimensions() {
        return dimensions;
    }

    /** One coordinate of one point, both counted from 0. */
    public float get(int point, int dimension) {
        return values[point * dimensions + dimension];
    }

    /** A copy of one point's coordinates. */
    public float[] point(int index) {
        return Arrays.copyOfRange(values, index * dimensions, (index + 1) * dimensions);
    }

    /** The points as samples without labels, for what is fitted to a data set. */
    public Dataset asDataset() {
        return new PointsDataset(this);
    }

    /** A copy of all numbers, [count, dimensions], row-major. */
    public float[] toArray() {
        return values.clone();
    }
}
