package dev.hourglass.report.results;

import dev.hourglass.report.Numbers;
import dev.hourglass.tensor.Shape;
import java.util.Collections;
import java.util.List;

/**
 * What models were trained and tested on.
 *
 * @param name such as {@code mnist}
 * @param sampleShape as the data set has it: [height, width, channels] of images, [steps, features] of series
 * @param trainingSamples how many were trained on
 * @param testSamples how many were judged by
 * @param classNames of the classes 0, 1, …; empty if they have none
 * @param examples the first test samples, shown beside their reconstructions
 * @param times when each test sample begins and ends; empty where that is not known
 * @param names what each test sample is called, such as its file; empty where they have no names
 */
public record RunData(
        String name,
        Shape sampleShape,
        int trainingSamples,
        int testSamples,
        List<String> classNames,
        List<Example> examples,
        List<Interval> times,
        List<String> names) {
    /** From the time of a sample's first step to that of its last, as ISO 8601. */
    public record Interval(String begin, String end) {}

    /**
     * A test sample.
     *
     * @param title such as its class; empty if it has none
     * @param sample row-major
     * @param clean the same without noise, where that is known; else empty
     */
    public record Example(String title, float[] sample, float[] clean) {}

    public RunData {
        classNames = List.copyOf(classNames);
        examples = List.copyOf(examples);
        times = Collections.unmodifiableList(times); // may be a view of as many as there are samples
        names = List.copyOf(names);
    }

    /** Without times and names. */
    public RunData(
            String name,
            Shape sampleShape,
            int trainingSamples,
            int testSamples,
            List<String> classNames,
            List<Example> examples) {
        this(name, sampleShape, trainingSamples, testSamples, classNames, examples, List.of(), List.of());
    }

    /** Pictures [height, width, channels] of one or three channels. */
    public boolean images() {
        return sampleShape.rank() == 3 && (sampleShape.dimension(2) == 1 || sampleShape.dimension(2) == 3);
    }

    /** Series [steps, features]. */
    public boolean series() {
        return sampleShape.rank() == 2;
    }

    /** What its samples are called: images, sequences or samples. */
    public String noun() {
        return images() ? "images" : series() ? "sequences" : "samples";
    }

    /** Such as {@code images of cifar10}; {@code sequences} of a data set that is called so. */
    public String title() {
        return noun().equals(name) ? name : noun() + " of " + name;
    }

    public String className(int label) {
        return label < classNames.size() ? classNames.get(label) : Integer.toString(label);
    }

    /** The samples of the examples alone. */
    public List<float[]> samples() {
        return examples.stream().map(Example::sample).toList();
    }

    /** Such as {@code 60,000 samples of mnist and tested on 10,000}. */
    public String counts() {
        return Numbers.count(trainingSamples, "sample") + " of " + name + " and tested on "
                + Numbers.count(testSamples);
    }
}
