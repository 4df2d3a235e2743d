package dev.hourglass.cli.terminal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The line that Keras draws for an epoch:
 * {@code 235/235 ━━━━━━━━━━━━━━━━━━━━ 9s 38ms/step - loss: 0.0463 - mae: 0.1066 - val_loss: 0.0817 - val_mae: 0.1502}.
 * While the epoch runs, the time is what is left of it; afterwards, what it took.
 *
 * @param step finished, 0 to {@code steps}
 * @param elapsedMillis since the epoch began
 * @param training means so far
 * @param validation null until the epoch is over
 */
record EpochLine(
        int step,
        int steps,
        long elapsedMillis,
        Errors training,
        @Nullable Errors validation) {
    /**
     * @param divergence of a variational model's codes; NaN of another model
     * @param mse mean squared error; NaN where that is the loss
     * @param mae mean absolute error
     */
    record Errors(double loss, double divergence, double mse, double mae) {
        /** Where the loss is the mean squared error. */
        Errors(double loss, double mae) {
            this(loss, Double.NaN, Double.NaN, mae);
        }

        /** Of a model that is not variational. */
        Errors(double loss, double mse, double mae) {
            this(loss, Double.NaN, mse, mae);
        }

        private boolean hasDivergence() {
            return !Double.isNaN(divergence);
        }

        private boolean hasMse() {
            return !Double.isNaN(mse);
        }
    }

    private static final int BAR_COLUMNS = 20;
    private static final int MIN_BAR_COLUMNS = 5;
    private static final String GREEN = "\033[32m";
    private static final String GREY = "\033[90m";
    private static final String BOLD = "\033[1m";
    private static final String RESET = "\033[0m";

    /** For a terminal: with a bar, no wider than {@code columns}; where room is short, the MAE goes before the bar does. */
    String live(int columns, boolean colour, boolean unicode) {
        boolean roomForMae = barColumns(columns, errors(true)) >= MIN_BAR_COLUMNS;
        return live(columns, colour, unicode, errors(roomForMae));
    }

    /** What is left for the bar. The last column stays free: some terminals wrap when it is written. */
    private int barColumns(int columns, String errors) {
        String count = padLeft(step) + "/" + steps;
        return columns - 1 - count.length() - time().length() - stepTime().length() - errors.length() - 3;
    }

    private String live(int columns, boolean colour, boolean unicode, String errors) {
        String count = padLeft(step) + "/" + steps;
        String rest = time() + " " + stepTime() + errors;
        int free = barColumns(columns, errors);
        if (free < MIN_BAR_COLUMNS) {
            String line = count + " " + rest;
            return line.length() < columns ? line : line.substring(0, Math.max(0, columns - 1));
        }
        int width = Math.min(BAR_COLUMNS, free);
        int done = steps == 0 ? width : (int) ((long) width * step / steps);
        String bar = unicode ? "━".repeat(done) : "=".repeat(done);
        String open = unicode ? (colour ? "━" : "╌").repeat(width - done) : ".".repeat(width - done);
        return colour
                ? BOLD + count + RESET + " " + GREEN + bar + GREY + open + RESET + " " + BOLD + time() + RESET + " "
                        + stepTime() + errors
                : count + " " + bar + open + " " + rest;
    }

    /** For a file or a pipe: the same without the bar. */
    String plain() {
        return step + "/" + steps + " - " + time() + " " + stepTime() + errors(true);
    }

    private String time() {
        if (validation != null || step == 0 || step == steps) {
            return seconds(elapsedMillis);
        }
        return seconds(elapsedMillis * (steps - step) / step);
    }

    private static String seconds(long millis) {
        long seconds = Math.round(millis / 1000.0);
        if (seconds >= 3600) {
            return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        }
        return seconds >= 60 ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60) : seconds + "s";
    }

    private String stepTime() {
        double millis = (double) elapsedMillis / Math.max(1, step);
        if (millis >= 1000) {
            return Math.round(millis / 1000) + "s/step";
        }
        return millis >= 1 ? Math.round(millis) + "ms/step" : Math.round(millis * 1000) + "us/step";
    }

    private String errors(boolean withMae) {
        String ofTraining = errors("", training, withMae);
        return validation == null ? ofTraining : ofTraining + errors("val_", validation, withMae);
    }

    private static String errors(String prefix, Errors errors, boolean withMae) {
        String loss = " - " + prefix + "loss: " + number(errors.loss());
        String divergence = errors.hasDivergence() ? " - " + prefix + "kl: " + number(errors.divergence()) : "";
        String mse = errors.hasMse() ? " - " + prefix + "mse: " + number(errors.mse()) : "";
        return withMae ? loss + divergence + mse + " - " + prefix + "mae: " + number(errors.mae()) : loss;
    }

    /** As Keras writes a metric; but one of a run that diverged may have hundreds of digits, which tell nothing. */
    private static String number(double value) {
        return !Double.isFinite(value) || (Math.abs(value) > 1e-3 && Math.abs(value) < 1e9)
                ? String.format(Locale.ROOT, "%.4f", value).toLowerCase(Locale.ROOT)
                : String.format(Locale.ROOT, "%.4e", value);
    }

    private String padLeft(int value) {
        int width = Integer.toString(steps).length();
        return String.format(Locale.ROOT, "%" + width + "d", value);
    }
}
