package dev.hourglass.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.Split;
import dev.hourglass.data.series.SyntheticSequences;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.report.results.SignalErrors;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class SignalStudyTest {
    private final SyntheticSequences truth = SyntheticSequences.of(Split.TEST);
    private final Dataset test = truth.data().limit(300);

    @Test
    void aPerfectModelStandsAtTheNoiseFloorAndKeepsNoNoise() {
        SignalErrors errors = compare(truth::clean);

        assertThat(errors.noiseFloor()).isCloseTo(0.00156, within(0.00005));
        assertThat(errors.model().cleanMse()).isZero();
        assertThat(errors.model().trend()).isCloseTo(1, within(1e-6));
        assertThat(errors.model().periodic()).isCloseTo(1, within(1e-6));
        assertThat(errors.model().noise()).isCloseTo(0, within(1e-6));
        assertThat(errors.model().kinds())
                .hasSize(6)
                .allSatisfy(kind -> assertThat(kind.mse()).isCloseTo(kind.noiseFloor(), within(1e-12)));
    }

    @Test
    void aModelThatKnowsTrendsAloneLosesTheOscillations() {
        SignalErrors.OfModel model = compare(truth::trend).model();

        assertThat(model.trend()).isCloseTo(1, within(1e-6));
        assertThat(model.periodic()).isCloseTo(0, within(1e-6));
        assertThat(model.kinds().getFirst().kind()).isEqualTo("trend");
        assertThat(model.kinds().getFirst().cleanMse()).isZero();
        assertThat(model.kinds().get(1).cleanMse()).isGreaterThan(0.001);
    }

    @Test
    void aCopyOfTheSamplesKeepsAllTheirNoise() {
        SignalErrors.OfModel model = compare(index -> {
                    float[] sample = new float[500];
                    test.copySample(index, sample, 0);
                    return sample;
                })
                .model();

        assertThat(model.noise()).isCloseTo(1, within(1e-6));
        assertThat(model.cleanMse()).isCloseTo(0.00156, within(0.00005));
        assertThat(model.kinds()).allSatisfy(kind -> assertThat(kind.mse()).isZero());
    }

    private SignalErrors compare(IntFunction<float[]> rebuilt) {
        Reconstruction model = (from, count, into) -> {
            for (int i = 0; i < count; i++) {
                System.arraycopy(rebuilt.apply(from + i), 0, into, i * 500, 500);
            }
        };
        return new SignalStudy(truth, test).compare(model, model);
    }
}
