package dev.hourglass.evaluate.pca;

/** Mean and variance of each feature of a data set. */
record FeatureMoments(double[] mean, double[] variance) {
    static FeatureMoments of(SampleBlocks blocks) {
        int size = blocks.data.size();
        int features = blocks.features;
        // Distances from the first sample: exactly 0 for a constant feature, and small where all values are alike.
        blocks.read(0, new double[features]);
        double[] first = blocks.samples[0].clone();
        double[] sum = new double[features];
        double[] squares = new double[features];
        for (int from = 0; from < size; from += SampleBlocks.BLOCK_SAMPLES) {
            int count = blocks.read(from, first);
            for (int s = 0; s < count; s++) {
                double[] sample = blocks.samples[s];
                for (int i = 0; i < features; i++) {
                    sum[i] += sample[i];
                    squares[i] += sample[i] * sample[i];
                }
            }
        }
        double[] mean = new double[features];
        double[] variance = new double[features];
        for (int i = 0; i < features; i++) {
            double shift = sum[i] / size;
            mean[i] = first[i] + shift;
            variance[i] = squares[i] / size - shift * shift;
        }
        return new FeatureMoments(mean, variance);
    }
}
