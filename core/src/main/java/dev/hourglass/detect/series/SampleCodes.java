package dev.hourglass.detect.series;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.ChainInference;

/** What a score reads of the codes of samples: their numbers, or means and logarithms of variances. */
public interface SampleCodes {
    /** How many numbers of a sample, &gt;= 0. */
    int size();

    /**
     * Computes those of samples {@code from} to {@code from + count - 1}.
     *
     * @param into receives [count, size]
     */
    void read(int from, int count, float[] into);

    /**
     * Those that a model gives.
     *
     * @param code from a sample to its numbers
     * @param samples under the model's normalization
     */
    static SampleCodes of(ChainInference code, Dataset samples) {
        return new SampleCodes() {
            @Override
            public int size() {
                return code.outputSize();
            }

            @Override
            public void read(int from, int count, float[] into) {
                code.run(samples::copySample, from, count, into);
            }
        };
    }

    /** For scores of errors alone. */
    static SampleCodes none() {
        return new SampleCodes() {
            @Override
            public int size() {
                return 0;
            }

            @Override
            public void read(int from, int count, float[] into) {
                // There is nothing to read.
            }
        };
    }
}
