package dev.hourglass.report;

import java.util.List;

/**
 * What models were trained and judged on.
 *
 * @param name such as {@code mnist}
 * @param trainingSamples how many were trained on
 * @param testSamples how many were judged by
 * @param examples test samples that are shown beside their reconstructions, each row-major
 */
public record RunData(String name, int trainingSamples, int testSamples, List<float[]> examples) {
    public RunData {
        examples = List.copyOf(examples);
    }

    /** Such as {@code 60,000 samples of mnist and tested on 10,000}. */
    String counts() {
        return Numbers.count(trainingSamples) + " samples of " + name + " and tested on " + Numbers.count(testSamples);
    }
}
