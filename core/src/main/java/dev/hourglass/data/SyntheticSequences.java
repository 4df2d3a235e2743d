package dev.hourglass.data;

import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Made-up series of 50 steps with 10 features, of which everything is known that real ones keep to themselves: the kind
 * of behaviour, the signal without noise, its trend and its periodic part, and so the error that no model can get below
 * without learning noise by heart. The same on every machine: the random bits are {@link RandomSource}'s, and what
 * isn't arithmetic is {@link StrictMath}'s.
 *
 * <p>Two hidden factors behave alike within a sample, and each feature is a mixture of them that is the same for all
 * samples. With step {@code t} of 0 to 49, feature {@code j} and factor {@code k},
 *
 * <pre>
 * clean[t, j] = 0.5 + 0.38 * sum over k of mixture[j, k] * factor[t, k]     mixtures: +-, absolute values sum to 1
 * noisy[t, j] = clean[t, j] + noise                                         in [0, 1]
 *
 * factor[t, k] of kind  trend               a[k] * (2 (t / 49)^c - 1)
 *                       periodic            a[k] * sin(2 pi t / p + f + 0.3 pi k)
 *                       trend and periodic  half of the one and half of the other, with amplitudes of their own
 *                       damped              a[k] * exp(-t / d) * sin(2 pi t / p + f + 0.3 pi k)
 *                       step                -a[k] before step s, a[k] from it on
 * </pre>
 *
 * with amplitudes {@code a} of 0.4 to 1, and for the whole sample a curvature {@code c} of 0.5 to 2, a period {@code p}
 * of 5 to 25 steps, a phase {@code f} of 0 to pi / 2, a damping {@code d} of 10 to 25 steps and a step {@code s} of 10
 * to 39, all uniform. Periods and steps that differ from sample to sample bend the space of the signals, so that it has
 * far more directions than numbers that made it. Kinds take turns, so each has as many samples. Noise is normal with a
 * standard deviation of 0.04, drawn again beyond 3 of them, which leaves it a variance of 0.00156.
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
    private static final int FACTORS = 2;
    private static final double LEVEL = 0.5;
    private static final double REACH = 0.38;
    private static final double NOISE = 0.04;
    private static final double MOST_NOISE = 3;

    /** How a sample behaves; labels count the kinds in this order, from 0. */
    public enum Kind {
        TREND("trend"),
        PERIODIC("periodic"),
        TREND_AND_PERIODIC("trend and periodic"),
        DAMPED("damped"),
        STEP("step");

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
     * @param split training and test set share the mixtures of factors and nothing else
     * @param count >= 1
     */
    public static SyntheticSequences generate(long seed, Split split, int count) {
        RandomSource random = new RandomSource(seed);
        double[] mixtures = mixtures(random.stream("sequences/mixtures", 0));
        Kind[] kinds = Kind.values();
        int size = SAMPLE_SHAPE.size();
        float[] noisy = new float[count * size];
        float[] trend = new float[count * size];
        float[] periodic = new float[count * size];
        int[] labels = new int[count];
        double squares = 0;
        for (int i = 0; i < count; i++) {
            labels[i] = i % kinds.length;
            Factors factors = Factors.draw(kinds[labels[i]], random.stream("sequences/signal/" + split.key(), i));
            Noise noise = new Noise(random.stream("sequences/noise/" + split.key(), i));
            for (int at = i * size, t = 0; t < STEPS; t++) {
                for (int j = 0; j < FEATURES; j++, at++) {
                    double slow = LEVEL;
                    double swinging = 0;
                    for (int k = 0; k < FACTORS; k++) {
                        slow += REACH * mixtures[j * FACTORS + k] * factors.trend(t, k);
                        swinging += REACH * mixtures[j * FACTORS + k] * factors.periodic(t, k);
                    }
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

    /** The level and what changes once of a sample's signal, [50, 10]: trends and steps. */
    public float[] trend(int index) {
        return part(trend, index);
    }

    /** What swings around the trend of a sample's signal, [50, 10]: oscillations, damped or not. */
    public float[] periodic(int index) {
        return part(periodic, index);
    }

    private float[] part(float[] all, int index) {
        int size = SAMPLE_SHAPE.size();
        return Arrays.copyOfRange(all, index * size, (index + 1) * size);
    }

    /** [feature, factor] */
    private static double[] mixtures(RandomGenerator random) {
        double[] mixtures = new double[FEATURES * FACTORS];
        for (int j = 0; j < FEATURES; j++) {
            double sum = 0;
            for (int k = 0; k < FACTORS; k++) {
                mixtures[j * FACTORS + k] = signed(random, 0.1, 1);
                sum += Math.abs(mixtures[j * FACTORS + k]);
            }
            for (int k = 0; k < FACTORS; k++) {
                mixtures[j * FACTORS + k] /= sum;
            }
        }
        return mixtures;
    }

    private static double uniform(RandomGenerator random, double from, double to) {
        return from + (to - from) * ((random.nextLong() >>> 11) * 0x1p-53);
    }

    private static double signed(RandomGenerator random, double from, double to) {
        double value = uniform(random, from, to);
        return random.nextLong() < 0 ? -value : value;
    }

    /** What was drawn for one sample; see the formulas above. */
    private record Factors(
            Kind kind,
            double[] trendAmplitudes,
            double[] amplitudes,
            double curvature,
            double period,
            double phase,
            double damping,
            double step) {
        static Factors draw(Kind kind, RandomGenerator random) {
            double[] trendAmplitudes = new double[FACTORS];
            double[] amplitudes = new double[FACTORS];
            for (int k = 0; k < FACTORS; k++) {
                trendAmplitudes[k] = uniform(random, 0.4, 1);
                amplitudes[k] = uniform(random, 0.4, 1);
            }
            return new Factors(
                    kind,
                    trendAmplitudes,
                    amplitudes,
                    uniform(random, 0.5, 2),
                    uniform(random, 5, 25),
                    uniform(random, 0, Math.PI / 2),
                    uniform(random, 10, 25),
                    Math.floor(uniform(random, 10, 40)));
        }

        double trend(int t, int k) {
            return trendAmplitudes[k]
                    * switch (kind) {
                        case TREND -> curve(t);
                        case TREND_AND_PERIODIC -> curve(t) / 2;
                        case STEP -> t < step ? -1 : 1;
                        case PERIODIC, DAMPED -> 0;
                    };
        }

        double periodic(int t, int k) {
            return amplitudes[k]
                    * switch (kind) {
                        case PERIODIC -> wave(t, k);
                        case TREND_AND_PERIODIC -> wave(t, k) / 2;
                        case DAMPED -> StrictMath.exp(-t / damping) * wave(t, k);
                        case TREND, STEP -> 0;
                    };
        }

        private double curve(int t) {
            return 2 * StrictMath.pow(t / (STEPS - 1.0), curvature) - 1;
        }

        private double wave(int t, int k) {
            return StrictMath.sin(2 * Math.PI * t / period + phase + 0.3 * Math.PI * k);
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
