package dev.hourglass.detect.rivals;

import java.util.List;

/** A simple detector that a model is held against. */
public enum RivalKind {
    /** {@link RollingZScore} of the rows of a series. */
    ROLLING_Z_SCORE("rolling z-score"),
    /** The errors of PCA, made into scores as the model's are. */
    PCA_ERROR("PCA error"),
    /** {@link PcaMahalanobis}. */
    PCA_MAHALANOBIS("PCA Mahalanobis"),
    /** {@link NeighbourDistance}. */
    NEIGHBOURS("nearest neighbours");

    private final String words;

    RivalKind(String words) {
        this.words = words;
    }

    /** As people read it. */
    public String words() {
        return words;
    }

    /** Those that suit rows of a series, or samples that are none. */
    public static List<RivalKind> suiting(boolean series) {
        return series ? List.of(values()) : List.of(PCA_ERROR, PCA_MAHALANOBIS, NEIGHBOURS);
    }
}
