package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.ShapeException;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Points and the class of each. Immutable. */
public final class LabelledPoints {
    private final Points points;
    private final int[] labels;
    private final int[] classes;
    private final int[] classOf;

    private LabelledPoints(Points points, int[] labels) {
        this.points = points;
        this.labels = labels;
        classes = Arrays.stream(labels).distinct().sorted().toArray();
        classOf = Arrays.stream(labels)
                .map(label -> Arrays.binarySearch(classes, label))
                .toArray();
    }

    /**
     * @param labels the class of each point, in the same order
     * @throws ShapeException if there are not as many labels as points
     */
    public static LabelledPoints of(Points points, int[] labels) {
        if (labels.length != points.count()) {
            throw new ShapeException(
                    "Points need a label each, got " + points.count() + " points and " + labels.length + " labels");
        }
        return new LabelledPoints(points, labels.clone());
    }

    /**
     * Points that stand for the samples of a data set, such as their codes, with the labels of those.
     *
     * @throws ShapeException if there are not as many points as samples
     * @throws IllegalStateException if the data set has no labels
     */
    public static LabelledPoints of(Points points, Dataset data) {
        return of(points, IntStream.range(0, data.size()).map(data::label).toArray());
    }

    public Points points() {
        return points;
    }

    public int count() {
        return labels.length;
    }

    public int label(int point) {
        return labels[point];
    }

    /** The labels that occur, sorted. */
    public int[] classes() {
        return classes.clone();
    }

    /** Which of {@link #classes} a point is of. */
    public int classOf(int point) {
        return classOf[point];
    }

    /**
     * So many of the points, in their order, each choice equally likely; all of them if there are fewer.
     *
     * @param most >= 1
     * @param random the same gives the same choice, and chooses the same places among as many other points
     */
    public LabelledPoints sample(int most, RandomSource random) {
        if (most < 1) {
            throw new IllegalArgumentException("a sample needs at least one point, got " + most);
        }
        if (most >= count()) {
            return this;
        }
        RandomGenerator generator = random.stream("sample", 0);
        int dimensions = points.dimensions();
        float[] values = new float[most * dimensions];
        int[] chosenLabels = new int[most];
        int chosen = 0;
        // Knuth, The Art of Computer Programming, volume 2, section 3.4.2, algorithm S.
        for (int i = 0; chosen < most; i++) {
            if (generator.nextInt(count() - i) < most - chosen) {
                for (int d = 0; d < dimensions; d++) {
                    values[chosen * dimensions + d] = points.get(i, d);
                }
                chosenLabels[chosen++] = labels[i];
            }
        }
        return new LabelledPoints(Points.of(values, dimensions), chosenLabels);
    }
}
