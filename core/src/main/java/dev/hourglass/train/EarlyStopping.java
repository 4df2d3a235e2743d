package dev.hourglass.train;

/**
 * Ends training when a number no longer improves. Names, defaults and meaning are those of Keras's
 * {@code EarlyStopping} in mode {@code min}; one thing differs: NaN is never an improvement.
 *
 * @param minDelta a decrease by less than this is none, >= 0
 * @param patience epochs without improvement after which training ends, >= 0
 * @param restoreBestWeights whether training ends with the weights of the best epoch, also where it was not cut short
 * @param startFromEpoch how many epochs pass before anything is looked at, >= 0
 */
public record EarlyStopping(
        Monitor monitor, double minDelta, int patience, boolean restoreBestWeights, int startFromEpoch) {
    public EarlyStopping {
        TrainOptions.require(minDelta >= 0 && Double.isFinite(minDelta), "minDelta must be >= 0, got " + minDelta);
        TrainOptions.require(patience >= 0, "patience must be >= 0, got " + patience);
        TrainOptions.require(startFromEpoch >= 0, "startFromEpoch must be >= 0, got " + startFromEpoch);
    }

    /** On the validation loss, any decrease, patience 0, weights of the last epoch. */
    public static EarlyStopping defaults() {
        return new EarlyStopping(Monitor.VAL_LOSS, 0, 0, false, 0);
    }

    public EarlyStopping withMonitor(Monitor value) {
        return new EarlyStopping(value, minDelta, patience, restoreBestWeights, startFromEpoch);
    }

    public EarlyStopping withMinDelta(double value) {
        return new EarlyStopping(monitor, value, patience, restoreBestWeights, startFromEpoch);
    }

    public EarlyStopping withPatience(int value) {
        return new EarlyStopping(monitor, minDelta, value, restoreBestWeights, startFromEpoch);
    }

    public EarlyStopping withRestoreBestWeights(boolean value) {
        return new EarlyStopping(monitor, minDelta, patience, value, startFromEpoch);
    }

    public EarlyStopping withStartFromEpoch(int value) {
        return new EarlyStopping(monitor, minDelta, patience, restoreBestWeights, value);
    }

    /**
     * What is remembered between epochs.
     *
     * @param best smallest value so far; infinite before the first
     * @param bestEpoch whose value that is; 0 before the first
     * @param waited epochs since then
     * @param stoppedEpoch after which training ended; 0 if it did not
     */
    public record State(double best, int bestEpoch, int waited, int stoppedEpoch) {
        public static final State START = new State(Double.POSITIVE_INFINITY, 0, 0, 0);
    }

    State after(State before, History.Epoch epoch) {
        if (epoch.number() <= startFromEpoch) {
            return before;
        }
        double current = monitor.of(epoch);
        if (current + minDelta < before.best()) {
            return new State(current, epoch.number(), 0, 0);
        }
        int bestEpoch = before.bestEpoch() == 0 ? epoch.number() : before.bestEpoch();
        int waited = before.waited() + 1;
        boolean stop = waited >= patience && epoch.number() > 1;
        return new State(before.best(), bestEpoch, waited, stop ? epoch.number() : 0);
    }
}
