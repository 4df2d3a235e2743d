package dev.hourglass.train;

/**
 * Lowers the learning rate when a number no longer improves. Names, defaults and meaning are those of Keras's
 * {@code ReduceLROnPlateau} in mode {@code min}; one thing differs: NaN is never an improvement.
 *
 * @param factor the new rate is the old one times this, above 0 and below 1
 * @param patience epochs without improvement after which the rate is lowered, >= 0
 * @param minDelta a decrease by less than this is none, >= 0
 * @param cooldown epochs after a reduction in which nothing is counted, >= 0
 * @param minLr the rate goes no lower, >= 0
 */
public record ReduceLrOnPlateau(
        Monitor monitor, double factor, int patience, double minDelta, int cooldown, double minLr) {
    public ReduceLrOnPlateau {
        TrainOptions.require(factor > 0 && factor < 1, "factor must be above 0 and below 1, got " + factor);
        TrainOptions.require(patience >= 0, "patience must be >= 0, got " + patience);
        TrainOptions.require(minDelta >= 0 && Double.isFinite(minDelta), "minDelta must be >= 0, got " + minDelta);
        TrainOptions.require(cooldown >= 0, "cooldown must be >= 0, got " + cooldown);
        TrainOptions.require(minLr >= 0 && Double.isFinite(minLr), "minLr must be >= 0, got " + minLr);
    }

    /** On the validation loss: to a tenth after 10 epochs without a decrease by 0.0001. */
    public static ReduceLrOnPlateau defaults() {
        return new ReduceLrOnPlateau(Monitor.VAL_LOSS, 0.1, 10, 1e-4, 0, 0);
    }

    public ReduceLrOnPlateau withMonitor(Monitor value) {
        return new ReduceLrOnPlateau(value, factor, patience, minDelta, cooldown, minLr);
    }

    public ReduceLrOnPlateau withFactor(double value) {
        return new ReduceLrOnPlateau(monitor, value, patience, minDelta, cooldown, minLr);
    }

    public ReduceLrOnPlateau withPatience(int value) {
        return new ReduceLrOnPlateau(monitor, factor, value, minDelta, cooldown, minLr);
    }

    public ReduceLrOnPlateau withMinDelta(double value) {
        return new ReduceLrOnPlateau(monitor, factor, patience, value, cooldown, minLr);
    }

    public ReduceLrOnPlateau withCooldown(int value) {
        return new ReduceLrOnPlateau(monitor, factor, patience, minDelta, value, minLr);
    }

    public ReduceLrOnPlateau withMinLr(double value) {
        return new ReduceLrOnPlateau(monitor, factor, patience, minDelta, cooldown, value);
    }

    /**
     * What is remembered between epochs.
     *
     * @param best smallest value so far; infinite before the first
     * @param waited epochs since then, or since the last reduction
     * @param cooldown epochs that are still not counted
     * @param learningRate now
     */
    public record State(double best, int waited, int cooldown, float learningRate) {
        static State start(float learningRate) {
            return new State(Double.POSITIVE_INFINITY, 0, 0, learningRate);
        }
    }

    State after(State before, History.Epoch epoch) {
        int cooling = Math.max(0, before.cooldown() - 1);
        int waited = before.cooldown() > 0 ? 0 : before.waited();
        double current = monitor.of(epoch);
        if (current + minDelta < before.best()) {
            return new State(current, 0, cooling, before.learningRate());
        }
        if (cooling > 0) {
            return new State(before.best(), waited, cooling, before.learningRate());
        }
        boolean lower = waited + 1 >= patience && before.learningRate() > (float) minLr;
        return lower
                ? new State(before.best(), 0, cooldown, (float) Math.max(before.learningRate() * factor, minLr))
                : new State(before.best(), waited + 1, 0, before.learningRate());
    }
}
