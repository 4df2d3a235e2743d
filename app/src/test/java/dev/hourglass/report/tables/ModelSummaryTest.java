package dev.hourglass.report.tables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.report.SampleRuns;
import dev.hourglass.tensor.Shape;
import org.junit.jupiter.api.Test;

class ModelSummaryTest {
    @Test
    void totalsAreKerasTotals() {
        ModelSummary cnn = ModelSummary.of(SampleRuns.CNN);
        assertThat(cnn.total()).isEqualTo(12_585);
        assertThat(cnn.trainable()).isEqualTo(12_393);
        assertThat(cnn.nonTrainable()).isEqualTo(192);
        ModelSummary lstm = ModelSummary.of(SampleRuns.LSTM);
        assertThat(lstm.total()).isEqualTo(269_468);
        assertThat(lstm.nonTrainable()).isZero();
    }

    @Test
    void onlyTheLastEncoderLayerIsTheWaist() {
        assertThat(ModelSummary.of(SampleRuns.CNN).rows().stream().filter(ModelSummary.Row::waist))
                .containsExactly(new ModelSummary.Row("latent", "Conv2D", Shape.of(7, 7, 8), 1160, true));
    }

    @Test
    void textIsABoxWithTheWaistSetApart() {
        assertThat(ModelSummary.of(SampleRuns.LSTM).toText()).isEqualTo("""
                Model: "lstm"
                ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
                ┃ Layer (type)              ┃ Output Shape    ┃ Param # ┃
                ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
                │ input (InputLayer)        │ (None, 28, 28)  │       0 │
                │ enc_lstm1 (LSTM)          │ (None, 28, 128) │  80,384 │
                │ enc_lstm2 (LSTM)          │ (None, 28, 64)  │  49,408 │
                ├───────────────────────────┼─────────────────┼─────────┤
                │ latent (LSTM)             │ (None, 32)      │  12,416 │ ◀ waist
                ├───────────────────────────┼─────────────────┼─────────┤
                │ dec_repeat (RepeatVector) │ (None, 28, 32)  │       0 │
                │ dec_lstm1 (LSTM)          │ (None, 28, 64)  │  24,832 │
                │ dec_lstm2 (LSTM)          │ (None, 28, 128) │  98,816 │
                │ output (TimeDistributed)  │ (None, 28, 28)  │   3,612 │
                └───────────────────────────┴─────────────────┴─────────┘
                 Total params: 269,468 (1.03 MB)
                 Trainable params: 269,468 (1.03 MB)
                 Non-trainable params: 0 (0.00 B)
                 Waist: 32 numbers, 24.50:1
                """);
    }

    @Test
    void aVectorQuantisedCodeIsToldInBits() {
        AutoencoderSpec spec = Presets.mnistVq("vq");

        assertThat(ModelSummary.of(spec).waist()).isEqualTo("49 vectors out of 64 = 294 bits, 85.33:1");
        assertThat(spec.compressionRatio()).isEqualTo(784 * 32 / 294.0);
        assertThat(spec.keptSize()).isEqualTo(10);
    }

    @Test
    void theTableOfTheWiderLabModelFitsAnOrdinaryTerminal() {
        assertThat(ModelSummary.of(SampleRuns.CNN).toText().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void sizesAreInKerasUnits() {
        assertThat(ModelSummary.countAndBytes(12_585)).isEqualTo("12,585 (49.16 KB)");
        assertThat(ModelSummary.countAndBytes(192)).isEqualTo("192 (768.00 B)");
        assertThat(ModelSummary.countAndBytes(256)).isEqualTo("256 (1.00 KB)");
        assertThat(ModelSummary.countAndBytes(Integer.MAX_VALUE)).isEqualTo("2,147,483,647 (8.00 GB)");
    }
}
