package dev.hourglass.evaluate.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriorTest {
    /** {@code scipy.stats.norm.ppf}. */
    @ParameterizedTest
    @CsvSource({
        "0.5, 0",
        "0.025, -1.959963984540054",
        "0.975, 1.959963984540054",
        "0.841344746068543, 1",
        "0.001, -3.090232306167813",
        "0.9999, 3.719016485455709"
    })
    void quantilesAreThoseOfTheNormalDistribution(double probability, double quantile) {
        assertThat(Prior.quantile(probability)).isEqualTo(quantile, within(1e-8));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
    void thereIsNoQuantileOfWhatIsNoProbability(double probability) {
        assertThatThrownBy(() -> Prior.quantile(probability))
                .hasMessage("probability must be > 0 and < 1, got " + probability);
    }

    @Test
    void codesAreDrawnFromTheStandardNormalDistributionAndTheSameForASeed() {
        float[] codes = Prior.draw(4, 10_000, 1);
        double mean = 0;
        double squares = 0;
        for (float code : codes) {
            mean += code / codes.length;
            squares += (double) code * code / codes.length;
        }
        // Each within five of its own standard deviations.
        assertThat(mean).isEqualTo(0, within(0.025));
        assertThat(squares).isEqualTo(1, within(0.036));
        assertThat(Prior.draw(4, 10, 1)).isEqualTo(Arrays.copyOf(codes, 40));
        assertThat(Prior.draw(4, 10, 2)).isNotEqualTo(Arrays.copyOf(codes, 40));
    }

    @Test
    void thePlaneHasAsManyCodesOnEachSideOfItsMiddle() {
        float[] codes = Prior.plane(3);
        float out = 0.9674216f; // the quantile of 5/6
        assertThat(codes)
                .containsExactly(
                        new float[] {-out, out, 0, out, out, out, -out, 0, 0, 0, out, 0, -out, -out, 0, -out, out, -out
                        },
                        within(1e-6f));
    }

    @Test
    void aModelThatDrawsItsCodeHasAPriorAndItsDecoderMakesSamplesOfIt() {
        assertThat(Prior.isOf(Presets.mnistCnn("cnn"))).isFalse();
        assertThat(Prior.isOf(Presets.mnistVae("vae"))).isTrue();
        Autoencoder model = Autoencoder.initialize(Presets.mnistVae("vae"), Normalization.PIXELS, new RandomSource(1));
        float[] samples = Prior.decode(model, Prior.draw(20, 3, 1), 1);
        assertThat(samples).hasSize(3 * 784);
        assertThat(Arrays.copyOf(samples, 784)).isNotEqualTo(Arrays.copyOfRange(samples, 784, 2 * 784));
        for (float pixel : samples) {
            assertThat(pixel).isBetween(0f, 1f);
        }
    }
}
