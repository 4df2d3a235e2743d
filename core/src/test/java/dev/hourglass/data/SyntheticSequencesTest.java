package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SyntheticSequencesTest {
    private static final SyntheticSequences TEST = SyntheticSequences.of(Split.TEST);

    @Test
    void theCatalogsSequencesHaveTheSameBitsEverywhere() {
        DatasetCatalog catalog = DatasetCatalog.standard();

        assertThat(catalog.open("sequences", Split.TRAINING, FetchListener.SILENT)
                        .sha256())
                .isEqualTo("4029c4d9237f4aa314decf596b4b70515672efa3e17e20cbc7708298f14deaad");
        assertThat(catalog.open("sequences", Split.TEST, FetchListener.SILENT).sha256())
                .isEqualTo("333e090198657c77f1e977ce3b188e224b19ac5096a3aed7960281850c82f5a9");
    }

    @Test
    void countsShapesAndKindsAreThoseOfTheCatalog() {
        FloatDataset training = SyntheticSequences.of(Split.TRAINING).data();

        assertThat(training.name()).isEqualTo("sequences:train");
        assertThat(training.size()).isEqualTo(3200);
        assertThat(TEST.data().size()).isEqualTo(800);
        assertThat(training.sampleShape()).isEqualTo(Shape.of(50, 10));
        assertThat(training.classNames()).containsExactly("trend", "periodic", "trend and periodic", "damped", "step");
        int[] perKind = new int[5];
        for (int i = 0; i < training.size(); i++) {
            perKind[training.label(i)]++;
        }
        assertThat(perKind).containsOnly(640);
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
        for (int i = 0; i < 100; i++) {
            float[] trend = TEST.trend(i);
            float[] periodic = TEST.periodic(i);
            String kind = TEST.data().classNames().get(TEST.data().label(i));
            boolean swings = !kind.equals("trend") && !kind.equals("step");
            boolean drifts = !kind.equals("periodic") && !kind.equals("damped");
            float drift = 0;
            for (int feature = 0; feature < 10; feature++) {
                drift += Math.abs(trend[490 + feature] - trend[feature]);
            }
            assertThat(drift > 0.1f).as("%s %d drifts by %s", kind, i, drift).isEqualTo(drifts);
            float[] none = new float[500];
            if (swings) {
                assertThat(periodic).isNotEqualTo(none);
            } else {
                assertThat(periodic).containsExactly(none);
            }
        }
    }

    @Test
    void aDampedSwingGetsSmallerAndAStepHasTwoLevels() {
        int damped = 3;
        int step = 4;
        float early = 0;
        float late = 0;
        for (int t = 0; t < 25; t++) {
            early = Math.max(early, Math.abs(TEST.periodic(damped)[t * 10]));
            late = Math.max(late, Math.abs(TEST.periodic(damped)[(t + 25) * 10]));
        }
        int changes = 0;
        for (int t = 1; t < 50; t++) {
            changes += TEST.trend(step)[t * 10] == TEST.trend(step)[t * 10 - 10] ? 0 : 1;
        }

        assertThat(late).isLessThan(0.6f * early).isPositive();
        assertThat(changes).isEqualTo(1);
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
}
