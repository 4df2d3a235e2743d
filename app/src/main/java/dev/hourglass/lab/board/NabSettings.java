package dev.hourglass.lab.board;

import dev.hourglass.detect.series.Mute;
import dev.hourglass.detect.series.RangeRule;
import java.util.ArrayList;
import java.util.List;

/**
 * How likelihoods become onsets, the same for all files.
 *
 * @param margin of the range rule
 * @param level from which on a row is a detection; it mutes those after it
 */
record NabSettings(double margin, double level) {
    /** Those that are used without looking at labels of other files. */
    static final NabSettings FIXED = new NabSettings(0.02, 0.45);

    private static final double[] MARGINS = {0, 0.01, 0.02, 0.05, 0.1};
    private static final double[] LEVELS = {0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7};

    /** What five folds choose from. */
    static List<NabSettings> grid() {
        List<NabSettings> grid = new ArrayList<>();
        for (double margin : MARGINS) {
            for (double level : LEVELS) {
                grid.add(new NabSettings(margin, level));
            }
        }
        return grid;
    }

    /** @param mutedRows a fifth of the probation */
    double[] onsets(double[] likelihoods, double[][] rows, int mutedRows) {
        return new Mute(level, mutedRows).apply(new RangeRule(margin).apply(likelihoods, rows));
    }
}
