package dev.hourglass.data.series;

import dev.hourglass.data.DatasetReference;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.Split;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Synthetic series of 50 steps with 10 features, for which everything is known that is hidden in real ones: the kind
 * of behaviour, the signal without noise, its trend and its periodic part, and so the error that no model can get below
 * without memorising noise. The same on every machine: the random bits are {@link RandomSource}'s, and what
 * isn't arithmetic is {@link StrictMath}'s.
 *
 * <p>Each series rests until it is switched on at a random moment, and from then on behaves as its kind does. Each kind
 * has a hidden factor that all features share, each with a weight of its own, the same for all samples. With step
 * {@code t} of 0 to 49, feature {@code j}, kind {@code q} and {@code u = t - s} steps since the start,
 *
 * <pre>
 * clean[t, j] = 0.5 + 0.38 * weight[q, j] * factor[t]         weights: +-, absolute value 0.5 to 1
 * noisy[t, j] = clean[t, j] + noise                           in [0, 1]
 *
 * factor[t] = 0 before s, and from then on, of kind
 *     trend               a * (1 - 2 (u / 49)^c)
 *     periodic            a * (0.7 + 0.3 cos(2 pi u / p))
 *     trend and periodic  a * (0.7 (1 - 2 (u / 49)^c) + 0.3 cos(2 pi u / p))
 *     damped              a * (0.7 + 0.3 exp(-u / d) cos(2 pi u / p))
 *     step                a
 *     pulse               a for l steps, then 0
 * </pre>
 *
 * with a start {@code s} of 5 to 35, an amplitude {@code a} of 0.7 to 1, a curvature {@code c} of 1 to 2, a period
 * {@code p} of 20 to 30, a damping {@code d} of 10 to 25 and a length {@code l} of 10 to 25 steps, all uniform. Kinds
 * take turns. Noise is normal with a standard deviation of 0.04, drawn again beyond 3 of them, which leaves it a variance
 * of 0.00156; the signals' mean square around 0.5 is twelve times that.
 *
 * <p>The kind and at most four numbers make a sample, so 20 can hold it with room to spare, but not in straight lines: a
 * jump that may come at any moment needs a direction for each moment, and each kind has directions of its own, so the
 * first 20 principal components leave nearly as much of the signal behind as there is noise. That is on purpose: where
 * signals lie in a flat space of 20 directions, nothing beats PCA, and an autoencoder could only lose.
 */
public final class SyntheticSequences {
    /** A sample is [50 steps, 10 features]. */
    public static final Shape SAMPLE_SHAPE = Shape.of(50, 10);
    /** How many sequences the training set has. */
    public static final int TRAINING_SAMPLES = 3_200;
    /** How many sequences the test set has. */
    public static final int TEST_SAMPLES = 800;

    private static final long SEED = 20_260_101;
    private static final int STEPS = SAMPLE_SHAPE.dimension(0);
    private static final int FEATURES = SAMPLE_SHAPE.dimension(1);
    private static final double LEVEL = 0.5;
    private static final double REACH = 0.38;
    /** How much of the factor swings, where it does. */
    private static final double SWING = 0.3;

    private static final double NOISE = 0.04;
    private static final double MOST_NOISE = 3;

    /** How a sample behaves; labels count the kinds in this order, from 0. */
    public enum Kind {
        TREND("trend"),
        PERIODIC("periodic"),
        TREND_AND_PERIODIC("trend and periodic"),
        DAMPED("damped"),
        STEP("step"),
        PULSE("pulse");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        /** In words. */
        public String title() {
            return title;
        }

        /** The names of the classes, in the order of the labels. */
        public static List<String> titles() {
            return Arrays.stream(values()).map(Kind::title).toList();
        }
    }

    private final FloatDataset noisy;
    private final float[] trend;
    private final float[] periodic;
    private final double noiseFloor;

    private SyntheticSequences(FloatDataset noisy, float[] trend, float[] periodic, double noiseFloor) {
        this.noisy = noisy;
        this.trend = trend;
        this.periodic = periodic;
        this.noiseFloor = noiseFloor;
    }

    /** The sequences that the catalog knows as {@code sequences:train} and {@code sequences:test}. */
    public static SyntheticSequences of(Split split) {
        return generate(
                SEED,
                split,
                switch (split) {
                    case TRAINING -> TRAINING_SAMPLES;
                    case TEST -> TEST_SAMPLES;
                });
    }

    /**
     * Sequences of another seed or number; the first of them don't depend on how many there are.
     *
     * @param split training and test set share the weights of the features and nothing else
     * @param count >= 1
     */
    public static SyntheticSequences generate(long seed, Split split, int count) {
        RandomSource random = new RandomSource(seed);
        double[][] weights = weights(random.stream("sequences/weights", 0));
        Kind[] kinds = Kind.values();
        int size = SAMPLE_SHAPE.size();
        float[] noisy = new float[count * size];
        float[] trend = new float[count * size];
        float[] periodic = new float[count * size];
        int[] labels = new int[count];
        double squares = 0;
        for (int i = 0; i < count; i++) {
            labels[i] = i % kinds.length;
            Factor factor = Factor.draw(kinds[labels[i]], random.stream("sequences/signal/" + split.key(), i));
            Noise noise = new Noise(random.stream("sequences/noise/" + split.key(), i));
            for (int at = i * size, t = 0; t < STEPS; t++) {
                for (int j = 0; j < FEATURES; j++, at++) {
                    double reach = REACH * weights[labels[i]][j];
                    double slow = LEVEL + reach * factor.trend(t);
                    double swinging = reach * factor.periodic(t);
                    trend[at] = (float) slow;
                    periodic[at] = (float) swinging;
                    noisy[at] = (float) (slow + swinging + NOISE * noise.next());
                    double error = (double) noisy[at] - (trend[at] + periodic[at]);
                    squares += error * error;
                }
            }
        }
        FloatDataset data = FloatDataset.of(new DatasetReference("sequences", split).toString(), SAMPLE_SHAPE, noisy)
                .withLabels(labels, Kind.titles());
        return new SyntheticSequences(data, trend, periodic, squares / noisy.length);
    }

    /** What a model gets to see: [50, 10] in [0, 1], with the kinds as labels. */
    public FloatDataset data() {
        return noisy;
    }

    /** The mean squared error of the signal without noise against the samples: what a perfect model would have. */
    public double noiseFloor() {
        return noiseFloor;
    }

    /** The signal without noise of a sample, [50, 10]: the sum of {@link #trend} and {@link #periodic}. */
    public float[] clean(int index) {
        float[] clean = trend(index);
        float[] other = periodic(index);
        for (int i = 0; i < clean.length; i++) {
            clean[i] += other[i];
        }
        return clean;
    }

    /** The level, and what moves it, of a sample's signal, [50, 10]: trends, steps and pulses. */
    public float[] trend(int index) {
        return part(trend, index);
    }

    /** What swings around that of a sample's signal, [50, 10]: oscillations, damped or not. */
    public float[] periodic(int index) {
        return part(periodic, index);
    }

    private float[] part(float[] all, int index) {
        int size = SAMPLE_SHAPE.size();
        return Arrays.copyOfRange(all, index * size, (index + 1) * size);
    }

    /** [kind, feature] */
    private static double[][] weights(RandomGenerator random) {
        double[][] weights = new double[Kind.values().length][FEATURES];
        for (double[] ofKind : weights) {
            for (int j = 0; j < FEATURES; j++) {
                ofKind[j] = signed(random, 0.5, 1);
            }
        }
        return weights;
    }

    private static double uniform(RandomGenerator random, double from, double to) {
        return from + (to - from) * ((random.nextLong() >>> 11) * 0x1p-53);
    }

    private static double signed(RandomGenerator random, double from, double to) {
        double value = uniform(random, from, to);
        return random.nextLong() < 0 ? -value : value;
    }

    /** What was drawn for one sample; see the formulas above. */
    private record Factor(
            Kind kind, double start, double amplitude, double curvature, double period, double damping, double length) {
        static Factor draw(Kind kind, RandomGenerator random) {
            return new Factor(
                    kind,
                    uniform(random, 5, 35),
                    uniform(random, 0.7, 1),
                    uniform(random, 1, 2),
                    uniform(random, 20, 30),
                    uniform(random, 10, 25),
                    uniform(random, 10, 25));
        }

        double trend(int t) {
            double since = t - start;
            if (since < 0) {
                return 0;
            }
            return amplitude
                    * switch (kind) {
                        case TREND -> fall(since);
                        case TREND_AND_PERIODIC -> (1 - SWING) * fall(since);
                        case PERIODIC, DAMPED -> 1 - SWING;
                        case STEP -> 1;
                        case PULSE -> since < length ? 1 : 0;
                    };
        }

        double periodic(int t) {
            double since = t - start;
            if (since < 0) {
                return 0;
            }
            return amplitude
                    * switch (kind) {
                        case PERIODIC, TREND_AND_PERIODIC -> SWING * wave(since);
                        case DAMPED -> SWING * StrictMath.exp(-since / damping) * wave(since);
                        case TREND, STEP, PULSE -> 0;
                    };
        }

        private double fall(double since) {
            return 1 - 2 * StrictMath.pow(since / (STEPS - 1), curvature);
        }

        private double wave(double since) {
            return StrictMath.cos(2 * Math.PI * since / period);
        }
    }

    /**
     * Normal numbers within 3 standard deviations by the polar method, G. Marsaglia and T. A. Bray, SIAM Review 6(3),
     * 1964.
     */
    private static final class Noise {
        private final RandomGenerator random;

        Noise(RandomGenerator random) {
            this.random = random;
        }

        double next() {
            while (true) {
                double x = uniform(random, -1, 1);
                double y = uniform(random, -1, 1);
                double square = x * x + y * y;
                if (square > 0 && square < 1) {
                    double normal = x * StrictMath.sqrt(-2 * StrictMath.log(square) / square);
                    if (Math.abs(normal) <= MOST_NOISE) {
                        return normal;
                    }
                }
            }
        }
    }
}
