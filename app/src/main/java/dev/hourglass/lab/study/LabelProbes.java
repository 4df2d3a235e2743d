package dev.hourglass.lab.study;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.LabelledPoints;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.evaluate.probes.LinearProbe;
import dev.hourglass.evaluate.probes.NearestNeighbourProbe;
import dev.hourglass.evaluate.probes.Silhouette;
import dev.hourglass.lab.Splits;
import dev.hourglass.report.results.LatentSpace.Probe;
import java.util.HashMap;
import java.util.Map;

/**
 * How well labels can be predicted from representations of samples: a model's codes, PCA's codes of the same size, and
 * the samples as they are. The last two are asked once, though several models learned the same data.
 */
final class LabelProbes {
    /** More would make the raw samples' neighbours take minutes. */
    private static final int MOST_TRAINING = 8_000;

    private static final int MOST_TEST = 2_000;
    private static final int NEIGHBOURS = 5;

    private final Dataset training;
    private final Dataset test;
    private final int threads;
    private final ProgressReporter reporter;
    private final Map<String, Probe> rivals = new HashMap<>();

    /** @param splits with labels of at least two classes */
    LabelProbes(Splits splits, int threads, ProgressReporter reporter) {
        training = splits.training().limit(MOST_TRAINING);
        test = splits.test().limit(MOST_TEST);
        this.threads = threads;
        this.reporter = reporter;
    }

    /** Whether there is anything to tell: labels, and of several classes. */
    static boolean apply(Splits splits) {
        return hasClasses(splits.training().limit(MOST_TRAINING))
                && hasClasses(splits.test().limit(MOST_TEST));
    }

    private static boolean hasClasses(Dataset data) {
        if (!data.hasLabels() || data.size() <= NEIGHBOURS) {
            return false;
        }
        for (int i = 1; i < data.size(); i++) {
            if (data.label(i) != data.label(0)) {
                return true;
            }
        }
        return false;
    }

    Splits asked() {
        return new Splits(training, test);
    }

    /**
     * @param known codes of {@link #asked}'s training samples
     * @param codes of its test samples
     */
    Probe codes(Points known, Points codes) {
        return probe("its codes", known, codes);
    }

    Probe pca(PrincipalComponents pca, int components) {
        return rivals.computeIfAbsent(
                "codes of PCA, " + components,
                name -> probe("codes of PCA", first(pca, training, components), first(pca, test, components)));
    }

    Probe raw(String noun) {
        return rivals.computeIfAbsent(noun, name -> probe(name, Points.of(training), Points.of(test)));
    }

    private Points first(PrincipalComponents pca, Dataset data, int components) {
        Points all = pca.codes(data, threads);
        float[] kept = new float[data.size() * components];
        for (int i = 0; i < data.size(); i++) {
            for (int c = 0; c < components; c++) {
                kept[i * components + c] = all.get(i, c);
            }
        }
        return Points.of(kept, components);
    }

    private Probe probe(String space, Points known, Points asked) {
        reporter.working("Predicting labels from " + space);
        LabelledPoints train = LabelledPoints.of(known, training);
        LabelledPoints judge = LabelledPoints.of(asked, test);
        return new Probe(
                space,
                asked.dimensions(),
                train.count(),
                judge.count(),
                NearestNeighbourProbe.accuracy(train, judge, NEIGHBOURS, threads),
                LinearProbe.fit(train, threads, iteration -> {}).accuracy(judge),
                Silhouette.of(judge, threads));
    }
}
