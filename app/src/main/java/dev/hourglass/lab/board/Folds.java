package dev.hourglass.lab.board;

import dev.hourglass.tensor.RandomSource;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Items divided at random into five folds, three times, so that a setting for some is chosen on the others. */
final class Folds {
    static final int SHUFFLES = 3;
    private static final int FOLDS = 5;
    private static final long SEED = 18;

    private Folds() {}

    /** What a setting is worth for some of the items; the higher the better. */
    @FunctionalInterface
    interface Worth {
        double of(int setting, int[] items);
    }

    /**
     * Chooses settings for items on the other folds; of equal ones the first.
     *
     * @return [shuffle][item], which setting
     */
    static int[][] chosen(int items, int settings, Worth worth) {
        int[][] chosen = new int[SHUFFLES][items];
        for (int shuffle = 0; shuffle < SHUFFLES; shuffle++) {
            int[] fold = folds(items, shuffle);
            for (int held = 0; held < FOLDS; held++) {
                int except = held;
                int[] others = IntStream.range(0, items)
                        .filter(item -> fold[item] != except)
                        .toArray();
                int best = best(settings, others, worth);
                for (int item = 0; item < items; item++) {
                    chosen[shuffle][item] = fold[item] == held ? best : chosen[shuffle][item];
                }
            }
        }
        return chosen;
    }

    /** The setting that is best for items, of equal ones the first. */
    static int best(int settings, int[] items, Worth worth) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int setting = 0; setting < settings; setting++) {
            double each = worth.of(setting, items);
            if (each > most) {
                most = each;
                best = setting;
            }
        }
        return best;
    }

    private static int[] folds(int items, int shuffle) {
        int[] order = IntStream.range(0, items).toArray();
        RandomGenerator random = new RandomSource(SEED).stream("folds", shuffle);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        int[] fold = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            fold[order[i]] = i % FOLDS;
        }
        return fold;
    }
}
