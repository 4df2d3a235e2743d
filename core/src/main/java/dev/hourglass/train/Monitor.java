package dev.hourglass.train;

/** A number of an epoch's history that callbacks look at; smaller is better. The names are Keras's in upper case. */
public enum Monitor {
    LOSS,
    MSE,
    MAE,
    VAL_LOSS,
    VAL_MSE,
    VAL_MAE;

    /** Its value after an epoch. */
    public double of(History.Epoch epoch) {
        return switch (this) {
            case LOSS -> epoch.loss();
            case MSE -> epoch.mse();
            case MAE -> epoch.mae();
            case VAL_LOSS -> epoch.validationLoss();
            case VAL_MSE -> epoch.validationMse();
            case VAL_MAE -> epoch.validationMae();
        };
    }
}
