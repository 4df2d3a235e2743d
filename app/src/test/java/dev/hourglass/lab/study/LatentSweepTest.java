package dev.hourglass.lab.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Presets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LatentSweepTest {
    @Test
    void aDenseWaistTakesAnySize() {
        AutoencoderSpec spec = LatentSweep.resized(Presets.cifar10Cnn("cnn"), 7).orElseThrow();

        assertThat(spec.latentSize()).isEqualTo(7);
        assertThat(spec.name()).isEqualTo("cnn");
        assertThat(spec.decoder()).isEqualTo(Presets.cifar10Cnn("cnn").decoder());
    }

    @Test
    void theSameSizeGivesTheSameModel() {
        assertThat(LatentSweep.resized(Presets.sequenceLstm("lstm"), 20)).contains(Presets.sequenceLstm("lstm"));
        assertThat(LatentSweep.resized(Presets.mnistLstm("lstm"), 32)).contains(Presets.mnistLstm("lstm"));
    }

    @Test
    void noWaistIsWiderThanASample() {
        assertThat(LatentSweep.resized(Presets.sequenceLstm("lstm"), 500)).isPresent();
        assertThat(LatentSweep.resized(Presets.sequenceLstm("lstm"), 501)).isEmpty();
    }

    @Test
    void aWaistThatIsAnImageHasNoSizeOfItsOwn() {
        assertThat(LatentSweep.resized(Presets.mnistCnn("cnn"), 32)).isEqualTo(Optional.empty());
    }
}
