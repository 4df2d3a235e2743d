package dev.hourglass.detect.rivals;

import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import java.util.Arrays;

/** Principal components of training samples, of which the first few are used. */
record KeptComponents(PrincipalComponents axes, int count) {
    /** Above 1 - share, so that a share that is reached but for rounding counts. */
    private static final double ROUNDING = 1e-12;

    static KeptComponents explaining(Points training, double share, int threads) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("the explained share must be above 0 and at most 1, got " + share);
        }
        PrincipalComponents axes = PrincipalComponents.fit(training.asDataset(), training.dimensions(), threads);
        double[] left = axes.mseByComponents(training.asDataset(), threads);
        int count = 0;
        while (count < axes.components() && left[count] > (1 - share + ROUNDING) * left[0]) {
            count++;
        }
        return new KeptComponents(axes, count);
    }

    static KeptComponents atMost(Points training, int components, int threads) {
        PrincipalComponents axes = PrincipalComponents.fit(training.asDataset(), components, threads);
        return new KeptComponents(axes, axes.components());
    }

    double[] codes(float[] sample) {
        return Arrays.copyOf(axes.transform(sample), count);
    }
}
