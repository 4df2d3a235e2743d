package dev.hourglass.report.answers;

import static dev.hourglass.report.SampleRuns.CNN;
import static dev.hourglass.report.SampleRuns.LSTM;
import static dev.hourglass.report.SampleRuns.cnn;
import static dev.hourglass.report.SampleRuns.history;
import static dev.hourglass.report.SampleRuns.lstm;
import static dev.hourglass.report.SampleRuns.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.evaluate.errors.ReconstructionError;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.report.SampleRuns;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunData;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.History;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static List<String> findings(ModelResult... models) {
        return Findings.of(SampleRuns.run(models));
    }

    private static List<String> findings(double... losses) {
        return findings(model(LSTM, 0.01, 0.04, Double.NaN, history(10, losses)));
    }

    @Test
    void theBasisComesFirst() {
        assertThat(findings(cnn(0.005641, 0.000304), lstm(0.017612, 0.016828)).getFirst())
                .isEqualTo("Computed from this run's measurements alone: each model once trained on 60,000 samples of"
                        + " mnist and tested on 10,000. Another seed would give slightly different numbers.");
    }

    @Test
    void theMnistLabSaysWhatItsNumbersSay() {
        assertThat(findings(cnn(0.005641, 0.000304), lstm(0.017612, 0.016828)))
                .contains(
                        "CNN reconstructs 3.12 times better than LSTM: test MSE 0.005641 against 0.017612.",
                        "This is not a like-for-like comparison: CNN keeps 392 numbers of 784 (2.00:1), LSTM keeps 32"
                                + " numbers"
                                + " of 784 (24.50:1). CNN has the smaller error with 12.3 times as many numbers at its"
                                + " waist as LSTM: this alone does not make it the better architecture.",
                        "At 392 numbers, PCA reconstructs 18.6 times better than CNN: test MSE 0.000304 against"
                                + " 0.005641. Judged by MSE at this latent size, PCA is the better compressor.",
                        "At 32 numbers, PCA reconstructs 1.05 times better than LSTM: test MSE 0.016828 against"
                                + " 0.017612. Judged by MSE at this latent size, PCA is the better compressor.",
                        "LSTM has 21.4 times the parameters of CNN: 269,468 against 12,585.",
                        "LSTM takes 2.00 times as long for an epoch as CNN: 20.0 s against 10.0 s.",
                        "CNN reconstructs 21.4 times as many samples per second as LSTM: 3,178 samples/s against"
                                + " 148 samples/s.");
    }

    @Test
    void aWaistAsWideAsTheSampleIsCalledNoCompression() {
        AutoencoderSpec wide = new AutoencoderSpec(
                "wide",
                Shape.of(784),
                List.of(new LayerSpec.Dense("latent", 1_000, Activation.LINEAR)),
                List.of(new LayerSpec.Dense("output", 784, Activation.LINEAR)));

        assertThat(findings(model(wide, 0.01, 0.05, Double.NaN, history(1, 0.02, 0.01))))
                .contains(
                        "wide compresses nothing: its code has 1,000 numbers, a sample 784. A narrower waist makes it an"
                                + " autoencoder.");
        assertThat(findings(cnn(0.005641, 0.000304))).noneMatch(finding -> finding.contains("compresses nothing"));
    }

    @Test
    void aModelWithSkipsAroundItsWaistIsNoCompressorAndNoRivalOfPca() {
        assertThat(findings(model(Presets.mnistUnet("unet"), 0.01, 0.05, Double.NaN, history(1, 0.02, 0.01))))
                .contains("unet does not compress: beside the 784 numbers of its code, 18,816 go around its waist.")
                .noneMatch(finding -> finding.contains("compresses nothing") || finding.contains("PCA"));
    }

    @Test
    void modelsOnDifferentDataAreNotRanked() {
        ModelResult cnn = cnn(0.01, 0.02);
        RunData series = SampleRuns.data("sequences", 3_200, 800, SampleRuns.examples());
        ModelResult lstm = lstm(0.002, 0.004);
        ModelResult onSeries = new ModelResult(
                lstm.spec(),
                series,
                lstm.parameters(),
                lstm.history(),
                lstm.test(),
                lstm.pcaMse(),
                lstm.weightsSha256(),
                lstm.reconstructions(),
                lstm.evaluation());
        assertThat(findings(cnn, onSeries))
                .contains(
                        "Computed from this run's measurements alone: CNN once trained on 60,000 samples of mnist and"
                                + " tested on 10,000, LSTM once trained on 3,200 samples of sequences and tested on 800."
                                + " Another seed would give slightly different numbers.",
                        "The models use different data: CNN on mnist, LSTM on sequences. Their errors and times cannot"
                                + " be ranked against each other; each is compared with PCA on its own data instead.",
                        "At 392 numbers, CNN reconstructs 2.00 times better than PCA: test MSE 0.010000 against"
                                + " 0.020000.",
                        "At 32 numbers, LSTM reconstructs 2.00 times better than PCA: test MSE 0.002000 against"
                                + " 0.004000.")
                .noneMatch(finding -> finding.contains("better than CNN") || finding.contains("better than LSTM"))
                .noneMatch(finding -> finding.contains("for an epoch") || finding.contains("like-for-like"));
    }

    @Test
    void theOrderFlipsWithTheNumbers() {
        List<String> findings = findings(cnn(0.02, Double.NaN), lstm(0.01, Double.NaN));
        assertThat(findings)
                .contains("LSTM reconstructs 2.00 times better than CNN: test MSE 0.010000 against 0.020000.")
                .anyMatch(finding ->
                        finding.endsWith("LSTM has the smaller error although it keeps fewer numbers than CNN."))
                .noneMatch(finding -> finding.contains("better than LSTM"));
    }

    @Test
    void errorsWithinOnePercentHaveNoWinner() {
        List<String> findings = findings(cnn(0.01, Double.NaN), lstm(0.01005, Double.NaN));
        assertThat(findings)
                .contains("One run cannot separate the reconstructions of CNN and LSTM: test MSE 0.010000 and"
                        + " 0.010050.")
                .noneMatch(finding -> finding.contains("better") || finding.contains("smaller error"));
    }

    @Test
    void theMeanAbsoluteErrorIsHeardWhenItDisagrees() {
        ModelResult first = model(CNN, 0.010, 0.06, Double.NaN, history(10));
        ModelResult second = model(LSTM, 0.015, 0.05, Double.NaN, history(10));
        assertThat(findings(first, second))
                .contains("CNN reconstructs 1.50 times better than LSTM: test MSE 0.010000 against 0.015000. By the"
                        + " mean absolute error it is the other way round: 0.060000 against 0.050000.");
    }

    @Test
    void equalLatentSizesNeedNoCaveat() {
        ModelResult one = model(CNN, 0.01, 0.04, Double.NaN, history(10));
        ModelResult other = model(Presets.mnistCnn("wide"), 0.02, 0.04, Double.NaN, history(10));
        assertThat(findings(one, other)).noneMatch(finding -> finding.contains("like-for-like"));
    }

    @Test
    void aNetworkThatBeatsPcaGetsTheCredit() {
        assertThat(findings(lstm(0.008414, 0.016828)))
                .contains("At 32 numbers, LSTM reconstructs 2.00 times better than PCA: test MSE 0.008414 against"
                        + " 0.016828.")
                .noneMatch(finding -> finding.contains("better compressor"));
    }

    @Test
    void aPcaOfFewSamplesHasFewComponents() {
        ModelResult lstm = lstm(0.02, 0.01);
        RunData few = SampleRuns.data("mnist", 10, 5, SampleRuns.examples());
        ModelResult trainedOnFew = new ModelResult(
                lstm.spec(),
                few,
                lstm.parameters(),
                lstm.history(),
                lstm.test(),
                lstm.pcaMse(),
                lstm.weightsSha256(),
                lstm.reconstructions(),
                lstm.evaluation());
        assertThat(findings(trainedOnFew))
                .contains("At 32 numbers, PCA reconstructs 2.00 times better than LSTM: test MSE 0.010000 against"
                        + " 0.020000. Judged by MSE at this latent size, PCA is the better compressor. PCA has at most"
                        + " 9 components here, since there are only 10 training samples.");
    }

    @Test
    void aTieWithPcaIsATie() {
        assertThat(findings(lstm(0.0168, 0.016828)))
                .contains("At 32 numbers, LSTM and PCA reconstruct equally well: test MSE 0.016800 and 0.016828.");
    }

    @Test
    void nothingIsSaidOfAPcaThatWasNotMeasured() {
        assertThat(findings(cnn(0.005641, Double.NaN))).noneMatch(finding -> finding.contains("PCA"));
    }

    @Test
    void oneModelIsComparedWithNothingButPca() {
        List<String> findings = findings(cnn(0.005641, 0.000304));
        assertThat(findings.getFirst()).contains("one model trained on 60,000");
        assertThat(findings.subList(1, findings.size()))
                .satisfiesExactly(
                        pca -> assertThat(pca).startsWith("At 392 numbers, PCA reconstructs"),
                        last -> assertThat(last).startsWith("CNN's validation loss was still falling"));
    }

    @Test
    void eachOfManyModelsStandsAgainstTheBest() {
        ModelResult third = model(Presets.mnistLstm("third"), 0.04, 0.1, Double.NaN, history(10));
        assertThat(findings(lstm(0.02, Double.NaN), third, cnn(0.01, Double.NaN)))
                .contains(
                        "CNN reconstructs 2.00 times better than LSTM: test MSE 0.010000 against 0.020000.",
                        "CNN reconstructs 4.00 times better than third: test MSE 0.010000 against 0.040000.");
    }

    @Test
    void likeCostsAreNotWorthASentence() {
        ModelResult one = model(CNN, 0.01, 0.04, Double.NaN, history(10, 0.1, 0.1));
        ModelResult other = model(Presets.mnistCnn("other"), 0.02, 0.04, Double.NaN, history(10.5, 0.1, 0.1));
        assertThat(findings(one, other))
                .noneMatch(finding ->
                        finding.contains("parameters") || finding.contains("epoch") || finding.contains("per second"));
    }

    @Test
    void unmeasuredThroughputIsLeftOut() {
        ModelResult measured = cnn(0.01, Double.NaN);
        ModelResult lstm = lstm(0.02, Double.NaN);
        ModelResult unmeasured = new ModelResult(
                lstm.spec(),
                lstm.data(),
                lstm.parameters(),
                lstm.history(),
                new ReconstructionError(0.02, 0.1, 10_000, Double.NaN),
                Double.NaN,
                "",
                lstm.reconstructions(),
                lstm.evaluation());
        assertThat(findings(measured, unmeasured)).noneMatch(finding -> finding.contains("per second"));
    }

    @Test
    void aFallingValidationLossIsStillFalling() {
        assertThat(findings(0.05, 0.05, 0.03, 0.04))
                .contains("LSTM's validation loss was still falling when training ended: 0.050000 to 0.040000 (20.0%"
                        + " lower) in the last epoch. More epochs may lower it further.");
    }

    @Test
    void aFlatValidationLossHasLevelledOff() {
        assertThat(findings(0.05, 0.04, 0.04, 0.0399))
                .contains("LSTM's validation loss had levelled off when training ended: 0.040000 to 0.039900 in the"
                        + " last epoch.")
                .noneMatch(finding -> finding.contains("still falling"));
    }

    @Test
    void aRisingValidationLossUnderAFallingTrainingLossIsASignOfOverfitting() {
        assertThat(findings(0.05, 0.05, 0.04, 0.04, 0.03, 0.048))
                .contains(
                        "LSTM was best after epoch 2 of 3, not after the last: validation loss 0.040000, then 0.048000"
                                + " at the end. Training loss fell from 0.040000 to 0.030000 meanwhile: a sign of"
                                + " overfitting.",
                        "In the last epoch LSTM's validation loss is 1.60 times its training loss: 0.048000 against"
                                + " 0.030000. That is a sign of overfitting.");
    }

    @Test
    void aRisingValidationLossAloneIsNoSignOfOverfitting() {
        assertThat(findings(0.05, 0.05, 0.04, 0.04, 0.05, 0.048))
                .contains("LSTM was best after epoch 2 of 3, not after the last: validation loss 0.040000, then"
                        + " 0.048000 at the end.")
                .noneMatch(finding -> finding.contains("overfitting"));
    }

    @Test
    void withBatchNormalizationTheGapHasTwoReadings() {
        assertThat(findings(model(CNN, 0.08, 0.2, Double.NaN, history(10, 0.05, 0.1, 0.04, 0.08))))
                .contains("In the last epoch CNN's validation loss is 2.00 times its training loss: 0.080000 against"
                        + " 0.040000. That is a sign of overfitting, or of batch normalization's moving statistics that"
                        + " still lag behind.");
    }

    @Test
    void oneEpochShowsNoTrend() {
        assertThat(findings(0.05, 0.09)).hasSize(1);
    }

    @Test
    void aRunThatDivergedIsNotRanked() {
        History broken = history(10, 0.05, 0.06, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        List<String> findings =
                findings(model(CNN, Double.NaN, Double.NaN, 0.000304, broken), lstm(0.017612, 0.016828));
        assertThat(findings)
                .contains("CNN diverged: in epoch 2 its training loss was NaN, its validation loss NaN.")
                .noneMatch(finding -> finding.contains("CNN reconstructs ") && !finding.contains("samples per second"))
                .noneMatch(finding -> finding.startsWith("At 392"))
                .noneMatch(finding -> finding.startsWith("CNN was best") || finding.startsWith("CNN's validation"));
    }

    @Test
    void noFindingPrintsAnUnmeasuredNumber() {
        assertThat(findings(model(CNN, 0, 0, 0, history(0, 0, 0, 0, 0)), lstm(0.02, Double.POSITIVE_INFINITY)))
                .noneMatch(finding -> finding.contains("NaN") || finding.contains("–"));
    }

    @Test
    void aModelThatMadeAnotherLossSmallSaysSoBesidePca() {
        List<String> findings = Findings.of(SampleRuns.run(SampleRuns.crossentropy(0.005641, 0.000304)));
        assertThat(findings)
                .contains("CNN was trained to minimise the binary cross-entropy; its MSE and MAE were measured as well."
                        + " PCA minimises the MSE.")
                .anyMatch(finding -> finding.startsWith(
                        "CNN's validation loss (binary cross-entropy) was still falling when training ended: 0.250000 to"
                                + " 0.200000"));
    }
}
