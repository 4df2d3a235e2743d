package dev.hourglass.engine.cpu.memory;

/** What each chunk makes of one output: apart until all are done, then summed in the order of the chunks. */
public final class OutputSums {
    /** By chunk: the loss, summed over all numbers of its samples. */
    public final double[] losses;

    /** By chunk: what outputs miss their targets by, likewise. */
    public final double[] squaredErrors;

    public final double[] absoluteErrors;

    /** By chunk: how many terms of the loss a mask left out. */
    public final double[] maskedTerms;

    OutputSums(int chunks) {
        losses = new double[chunks];
        squaredErrors = new double[chunks];
        absoluteErrors = new double[chunks];
        maskedTerms = new double[chunks];
    }

    void clear(int chunk) {
        losses[chunk] = 0;
        squaredErrors[chunk] = 0;
        absoluteErrors[chunk] = 0;
        maskedTerms[chunk] = 0;
    }
}
