package dev.hourglass.server;

/** How far one reconstruction is off: the means of the squared and of the absolute differences. */
record SampleError(double mse, double mae) {
    /** @param from where in {@code rebuilt} the sample begins */
    static SampleError of(float[] original, float[] rebuilt, int from) {
        double squares = 0;
        double distances = 0;
        for (int i = 0; i < original.length; i++) {
            double difference = (double) rebuilt[from + i] - original[i];
            squares += difference * difference;
            distances += Math.abs(difference);
        }
        return new SampleError(squares / original.length, distances / original.length);
    }
}
