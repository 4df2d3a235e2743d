package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.Split;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.catalog.FetchListener;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SyntheticSequencesTest {
    private static final SyntheticSequences TEST = SyntheticSequences.of(Split.TEST);

    @Test
    void theCatalogsSequencesHaveTheSameBitsEverywhere() {
        DatasetCatalog catalog = DatasetCatalog.standard();

        assertThat(catalog.open("sequences", Split.TRAINING, FetchListener.SILENT)
                        .sha256())
                .isEqualTo("430075cfb733a5dbbd3785f37d2628189d4a8da508069b225dc0999858b6eec6");
        assertThat(catalog.open("sequences", Split.TEST, FetchListener.SILENT).sha256())
                .isEqualTo("17af7b89684e0ee1d89f4d89a1bffb5adeee81b6734c29519d41b60f33f32f5f");
    }

    @Test
    void countsShapesAndKindsAreThoseOfTheCatalog() {
        FloatDataset training = SyntheticSequences.of(Split.TRAINING).data();

        assertThat(training.name()).isEqualTo("sequences:train");
        assertThat(training.size()).isEqualTo(3200);
        assertThat(TEST.data().size()).isEqualTo(800);
        assertThat(training.sampleShape()).isEqualTo(Shape.of(50, 10));
        assertThat(training.classNames())
                .containsExactly("trend", "periodic", "trend and periodic", "damped", "step", "pulse");
        int[] perKind = new int[6];
        for (int i = 0; i < training.size(); i++) {
            perKind[training.label(i)]++;
        }
        assertThat(perKind).containsExactly(534, 534, 533, 533, 533, 533);
    }

    @Test
    void everyNumberLiesBetween0And1() {
        float[] sample = new float[500];
        for (int i = 0; i < TEST.data().size(); i++) {
            TEST.data().copySample(i, sample, 0);
            for (float value : sample) {
                assertThat(value).isBetween(0f, 1f);
            }
        }
    }

    @Test
    void theNoiseFloorIsTheErrorOfTheCleanSignalAndTheVarianceOfTheNoise() {
        double squares = 0;
        float[] sample = new float[500];
        for (int i = 0; i < TEST.data().size(); i++) {
            TEST.data().copySample(i, sample, 0);
            float[] clean = TEST.clean(i);
            for (int j = 0; j < sample.length; j++) {
                squares += Math.pow((double) sample[j] - clean[j], 2);
            }
        }

        assertThat(TEST.noiseFloor()).isCloseTo(squares / (800 * 500), Offset.offset(1e-12));
        // A normal distribution cut at 3 standard deviations keeps 0.97334 of its variance.
        assertThat(TEST.noiseFloor()).isCloseTo(0.97334 * 0.04 * 0.04, Offset.offset(1e-5));
    }

    @Test
    void eachKindHasThePartsThatItsNameSays() {
        for (int i = 0; i < 120; i++) {
            String kind = TEST.data().classNames().get(TEST.data().label(i));
            boolean swings = !kind.equals("trend") && !kind.equals("step") && !kind.equals("pulse");
            boolean drifts = kind.startsWith("trend");
            float swing = farthest(TEST.periodic(i), 0, 0, 50);
            if (swings) {
                // Weights of 0.5 to 1 times an amplitude of 0.7 to 1, of which 0.3 swings, times 0.38.
                assertThat(swing).as("%s %d", kind, i).isBetween(0.03f, 0.114f);
            } else {
                assertThat(swing).as("%s %d", kind, i).isZero();
            }
            // Levels that don't drift are two at most: at rest and after the start.
            assertThat(levels(TEST.trend(i)) > 2).as("%s %d drifts", kind, i).isEqualTo(drifts);
        }
    }

    @Test
    void everySeriesRestsUntilItStarts() {
        for (int i = 0; i < TEST.data().size(); i++) {
            float[] clean = TEST.clean(i);
            int start = 0;
            while (farthest(clean, 0.5f, start, start + 1) == 0) {
                start++;
            }

            assertThat(start).as("start of sample %d", i).isBetween(5, 35);
            // Weights of 0.5 to 1 times an amplitude of 0.7 to 1 times 0.38, less what it fell within the first step.
            assertThat(farthest(clean, 0.5f, start, start + 1)).isBetween(0.12f, 0.38f);
        }
    }

    @Test
    void featuresFollowOneFactorEachWithTheWeightOfItsKind() {
        int[] damped = {3, 9, 15};
        for (int i : damped) {
            float[] swing = TEST.periodic(i);
            float[] first = TEST.periodic(damped[0]);
            int at = strongest(swing);
            int atFirst = strongest(first);
            for (int feature = 0; feature < 10; feature++) {
                assertThat(swing[at + feature] / swing[at])
                        .isCloseTo(first[atFirst + feature] / first[atFirst], Offset.offset(1e-4f));
            }
        }
    }

    @Test
    void aDampedSwingGetsSmallerAStepStaysAndAPulseReturns() {
        for (int i = 0; i < 120; i += 6) {
            float[] swing = TEST.periodic(i + 3);
            int start = strongest(swing) / 10;
            // Half a period later, 10 to 15 steps, a damping of at most 25 steps leaves exp(-10 / 25) at most.
            if (start + 10 < 50) {
                assertThat(farthest(swing, 0, start + 10, 50)).isLessThan(0.68f * farthest(swing, 0, 0, 50));
            }
            float[] step = TEST.trend(i + 4);
            assertThat(changes(step)).isEqualTo(1);
            assertThat(step[490]).isNotEqualTo(0.5f);
            float[] pulse = TEST.trend(i + 5);
            assertThat(changes(pulse)).isEqualTo(pulse[490] == 0.5f ? 2 : 1);
        }
    }

    @Test
    void samplesDoNotDependOnHowManyThereAreButOnSeedAndSplit() {
        String few = SyntheticSequences.generate(7, Split.TEST, 3).data().sha256();

        assertThat(SyntheticSequences.generate(7, Split.TEST, 9).data().limit(3).sha256())
                .isEqualTo(few);
        assertThat(SyntheticSequences.generate(8, Split.TEST, 3).data().sha256())
                .isNotEqualTo(few);
        assertThat(SyntheticSequences.generate(7, Split.TRAINING, 3).data().sha256())
                .isNotEqualTo(few);
    }

    @Test
    void generatedDataHasNoFolder() {
        assertThatThrownBy(() -> DatasetCatalog.standard().openFolder("sequences", Path.of("mine"), Split.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't take data set 'sequences' from mine: it is generated and has no files."
                        + " Leave the folder out.");
    }

    /** How far numbers of some steps are from a level at most. */
    private static float farthest(float[] sample, float level, int fromStep, int toStep) {
        float farthest = 0;
        for (int i = 10 * fromStep; i < 10 * toStep; i++) {
            farthest = Math.max(farthest, Math.abs(sample[i] - level));
        }
        return farthest;
    }

    /** Where the step begins at which the first feature is farthest from 0. */
    private static int strongest(float[] sample) {
        int at = 0;
        for (int i = 0; i < sample.length; i += 10) {
            at = Math.abs(sample[i]) > Math.abs(sample[at]) ? i : at;
        }
        return at;
    }

    /** How many values the first feature has. */
    private static long levels(float[] sample) {
        return IntStream.range(0, 50)
                .map(t -> Float.floatToIntBits(sample[10 * t]))
                .distinct()
                .count();
    }

    /** How often the first feature changes from step to step. */
    private static int changes(float[] sample) {
        int changes = 0;
        for (int i = 10; i < sample.length; i += 10) {
            changes += sample[i] == sample[i - 10] ? 0 : 1;
        }
        return changes;
    }
}
