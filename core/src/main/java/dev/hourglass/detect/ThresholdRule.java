package dev.hourglass.detect;

/**
 * How a threshold is found: from scores of normal data that the model was not trained on, never from the data to be judged.
 * {@link Calibration} applies it. What is above a threshold is flagged.
 */
public sealed interface ThresholdRule {
    /** A rule that needs normal scores alone. */
    sealed interface FromNormal extends ThresholdRule {}

    /**
     * The score that a share of normal scores does not exceed, between two scores by straight line ({@code numpy.quantile}).
     *
     * @param share above 0 and below 1
     */
    record Quantile(double share) implements FromNormal {
        public Quantile {
            requireShare("a quantile's share", share);
        }
    }

    /**
     * The lowest threshold at which no more than a share of the normal scores is flagged.
     *
     * @param rate above 0 and below 1, such as 0.01
     */
    record FalseAlarmRate(double rate) implements FromNormal {
        public FalseAlarmRate {
            requireShare("a false-alarm rate", rate);
        }
    }

    /**
     * Mean plus so many standard deviations (of the sample, by n - 1). It means a rate only for scores that are normally
     * distributed, and errors hardly ever are.
     *
     * @param deviations finite, such as 3
     */
    record MeanDeviations(double deviations) implements FromNormal {
        public MeanDeviations {
            if (!Double.isFinite(deviations)) {
                throw new IllegalArgumentException(
                        "the number of deviations must be finite, got " + deviations + ". Take 3.");
            }
        }
    }

    /**
     * Peaks over threshold (Pickands 1975; Siffer et al. 2017, SPOT): the scores above a high quantile are taken for a generalized Pareto
     * distribution, which says what will be exceeded how rarely, also beyond the largest score.
     *
     * @param rate of false alarms, above 0 and below the share of peaks
     * @param peaks which share of the scores are peaks, above 0 and below 1, such as 0.02
     */
    record PeaksOverThreshold(double rate, double peaks) implements FromNormal {
        public PeaksOverThreshold {
            requireShare("a false-alarm rate", rate);
            requireShare("the share of peaks", peaks);
            if (rate >= peaks) {
                throw new IllegalArgumentException("a false-alarm rate must be below the share of peaks, " + peaks
                        + ", got " + rate + ". Take a smaller rate, or a quantile.");
            }
        }
    }

    /**
     * Flags what has a conformal p-value ({@link ConformalPValues}) of the level at most. On average over calibrations no
     * more than the level of normal samples is flagged, whatever the model, if they are exchangeable with those of the
     * calibration (Vovk et al. 2005; Bates et al. 2023); neighbouring steps of a series hardly are.
     *
     * @param level above 0 and below 1
     */
    record Conformal(double level) implements FromNormal {
        public Conformal {
            requireShare("a conformal level", level);
        }
    }

    /**
     * The threshold with the least cost on scores of which it is known which are anomalies.
     *
     * @param miss of an anomaly that is not flagged, &gt; 0
     * @param alarm of a normal sample that is, &gt; 0
     */
    record Cost(double miss, double alarm) implements ThresholdRule {
        public Cost {
            if (!(miss > 0 && alarm > 0 && Double.isFinite(miss) && Double.isFinite(alarm))) {
                throw new IllegalArgumentException(
                        "costs must be finite and > 0, got " + miss + " for a miss and " + alarm + " for an alarm");
            }
        }
    }

    private static void requireShare(String what, double share) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(what + " must be above 0 and below 1, got " + share);
        }
    }
}
