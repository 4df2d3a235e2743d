package dev.hourglass.report.answers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.evaluate.Points;
import dev.hourglass.report.SampleRuns;
import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.LatentSpace.Plane;
import dev.hourglass.report.results.LatentSpace.Probe;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.Reference;
import dev.hourglass.report.results.SignalErrors;
import dev.hourglass.report.results.SignalErrors.OfKind;
import dev.hourglass.report.results.SignalErrors.OfModel;
import dev.hourglass.report.results.Sweep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyQuestionsTest {
    @Test
    void whereNothingElseWasMeasuredOnlyTheErrorsAreAnswered() {
        List<KeyQuestions.Answer> answers = KeyQuestions.of(SampleRuns.run(SampleRuns.lstm(0.017612, 0.016828)));

        assertThat(answers)
                .containsExactly(new KeyQuestions.Answer(
                        "How well does the LSTM reconstruct?",
                        List.of(
                                "On 10,000 test images its MSE is 0.017612 and its MAE 0.070448, from 32 numbers for 784"
                                        + " (24.50:1).",
                                "PCA with 32 components, fitted to the same training data, is better: MSE 0.016828"
                                        + " against 0.017612. The simple baseline wins.")));
        assertThat(KeyQuestions.toText(answers))
                .startsWith("How well does the LSTM reconstruct?\n  - On 10,000")
                .endsWith("wins.\n\n");
    }

    @Test
    void whatOthersReportIsSaidBesideTheRunAndItsRival() {
        ModelResult model = SampleRuns.lstm(0.0136, 0.0125)
                .withEvaluation(ModelEvaluation.NONE.withReferences(List.of(
                        new Reference("the page (25 epochs)", 0.0104, 0.0735, null),
                        new Reference("PyTorch", 0.01365, null, 12.25))));

        assertThat(reconstruction(model))
                .contains(
                        "Reported by the page (25 epochs): MSE 0.010400, MAE 0.073500; this run's MSE is 30.8% higher;"
                                + " PCA's is 20.2% higher.",
                        "Reported by PyTorch: MSE 0.013650; this run reproduces that MSE; PCA's is 8.42% lower; a"
                                + " compression of 12.25:1; 784 numbers to 32 are 24.50:1, which is what counts here.",
                        "From the smallest MSE to the largest: the page 0.010400, PCA 0.012500, this run 0.013600,"
                                + " PyTorch 0.013650. Of those measured here, PCA is best.");
    }

    @Test
    void aModelWithoutARivalIsHeldAgainstNone() {
        List<OfKind> kinds = List.of(new OfKind("trend", 10, 0.0016, 0.0001, 0.0016));
        ModelResult model = SampleRuns.lstm(0.0032, Double.NaN)
                .withEvaluation(ModelEvaluation.NONE
                        .withReferences(List.of(
                                new Reference("a page", 0.0104, null, null),
                                new Reference("PyTorch", 0.01365, null, null)))
                        .withSignal(new SignalErrors(
                                0.0016,
                                new OfModel(0.0017, kinds, 0.99, 0.7, 0.02),
                                new OfModel(0.0009, kinds, 0.98, 0.9, 0.2))));

        assertThat(reconstruction(model))
                .noneMatch(sentence -> sentence.contains("PCA") || sentence.contains("NaN"))
                .noneMatch(sentence -> sentence.contains("From the smallest MSE"))
                .contains(
                        "Reported by PyTorch: MSE 0.013650; this run's MSE is 76.6% lower.",
                        "A perfect model, which reconstructs the signal and none of the noise, would have an MSE of"
                                + " 0.001600: this one has 2.00 times this noise floor. Against the signal without noise"
                                + " its MSE is 0.001700.",
                        "The reconstructions keep 99 % of the trends, 70 % of the oscillations and 2 % of the noise, so"
                                + " noise is left out; what is lost are oscillations.");
    }

    @Test
    void thePartsOfASignalAreToldApart() {
        List<OfKind> kinds = List.of(
                new OfKind("trend", 10, 0.0016, 0.0001, 0.0016), new OfKind("periodic", 10, 0.0048, 0.003, 0.0016));
        ModelResult model = SampleRuns.lstm(0.0032, 0.0024)
                .withEvaluation(ModelEvaluation.NONE.withSignal(new SignalErrors(
                        0.0016,
                        new OfModel(0.0017, kinds, 0.99, 0.7, 0.02),
                        new OfModel(0.0009, kinds, 0.98, 0.9, 0.2))));

        assertThat(reconstruction(model))
                .contains(
                        "A perfect model, which reconstructs the signal and none of the noise, would have an MSE of"
                                + " 0.001600:"
                                + " this one has 2.00 times this noise floor, PCA 1.50 times. Against the signal without"
                                + " noise its MSE is 0.001700, PCA's 0.000900.",
                        "The reconstructions keep 99 % of the trends, 70 % of the oscillations and 2 % of the noise,"
                                + " so noise"
                                + " is left out; what is lost are oscillations. PCA: 98 %, 90 % and 20 %.",
                        "By kind, MSE over the noise floor of the kind: trend 1.00, periodic 3.00.");
    }

    @Test
    void classesThatFormNoClustersAreSaidToFormNone() {
        assertThat(latent(0.05, new Probe("its codes", 32, 8_000, 2_000, 0.3, 0.35, 0.05)))
                .contains(
                        "Its codes predict the labels with 30.0 % accuracy by the 5 nearest neighbours and 35.0 % by"
                                + " a linear classifier (guessing: 50.0 %; 8,000 training and 2,000 test samples): the"
                                + " codes say nothing about the classes.",
                        "The silhouette of the classes is 0.050: the classes form no clusters in the latent space,"
                                + " whatever a picture of it may suggest.")
                .noneMatch(sentence -> sentence.contains("clear clusters"));
    }

    @Test
    void classesThatFormClustersGetTheCredit() {
        assertThat(latent(0.95, new Probe("its codes", 32, 8_000, 2_000, 0.95, 0.97, 0.6)))
                .anyMatch(sentence -> sentence.endsWith("the codes separate the classes."))
                .contains(
                        "From raw pixels (784 numbers): 96.0 % by neighbours, 90.0 % by a linear classifier; the codes are"
                                + " as good by neighbours, better linearly.",
                        "The silhouette of the classes is 0.600: the classes form clear clusters.");
    }

    @Test
    void aPictureIsTrustedAsFarAsItsNumbersGo() {
        assertThat(latent(0.95, new Probe("its codes", 32, 10, 10, 0.9, 0.9, 0)))
                .anyMatch(sentence -> sentence.contains("are mostly neighbours in the latent space"));
        assertThat(latent(0.7, new Probe("its codes", 32, 10, 10, 0.9, 0.9, 0)))
                .anyMatch(sentence -> sentence.endsWith("are not neighbours in the latent space."));
    }

    @Test
    void aSweepSaysFromWhereOnMoreNumbersDoNotHelp() {
        assertThat(sweep(0.04, 0.02, 0.0199))
                .containsExactly(
                        "LSTM, trained from scratch for 3 epochs each, has a test MSE of 0.040000 with 4, 0.020000"
                                + " with 8,"
                                + " 0.019900 with 16 numbers at the waist.",
                        "LSTM has a smaller error than PCA with 4, 8 numbers, a larger one with 16.",
                        "Beyond 8 numbers, a larger waist improves LSTM by less than 5 % in this training: the waist is"
                                + " no longer the limit.");
        assertThat(sweep(0.04, 0.02, 0.01))
                .contains(
                        "LSTM has a smaller error than PCA at every size.",
                        "More numbers help LSTM up to the largest size tried: 16 numbers give 4.00 times less error"
                                + " than"
                                + " 4.");
        assertThat(sweep(0.04, Double.NaN, 0.01))
                .contains(
                        "LSTM, trained from scratch for 3 epochs each, has a test MSE of 0.040000 with 4, 0.010000"
                                + " with 16 numbers at"
                                + " the waist.",
                        "With 8 numbers its training diverged.");
        assertThat(sweep(0.9, 0.8, 0.7)).contains("PCA has a smaller error than LSTM at every size.");
    }

    private static List<String> reconstruction(ModelResult model) {
        return KeyQuestions.of(SampleRuns.run(model)).getFirst().sentences();
    }

    private static List<String> latent(double trust, Probe codes) {
        Points points = Points.of(new float[] {0, 0, 1, 1}, 2);
        Plane plane = new Plane(points, trust, 1, List.of());
        Probe raw = new Probe("raw pixels", 784, 8_000, 2_000, 0.96, 0.9, 0.1);
        LatentSpace space = new LatentSpace(List.of(0, 1), plane, plane, List.of(codes, raw));
        ModelResult model = SampleRuns.lstm(0.01, 0.01).withEvaluation(ModelEvaluation.NONE.withLatent(space));
        KeyQuestions.Answer answer = KeyQuestions.of(SampleRuns.run(model)).get(1);
        assertThat(answer.question()).isEqualTo("What does the latent space of the LSTM show?");
        return answer.sentences();
    }

    /** With 4, 8 and 16 numbers, beside PCA with 0.015 from 9 components on and 0.05 before. */
    private static List<String> sweep(double... errors) {
        List<Sweep.Point> points = IntStream.range(0, errors.length)
                .mapToObj(i -> new Sweep.Point(4 << i, errors[i], errors[i], 1))
                .toList();
        List<Double> pca = new ArrayList<>(Collections.nCopies(9, 0.05));
        pca.addAll(Collections.nCopies(8, 0.015));
        ModelResult model =
                SampleRuns.lstm(0.01, 0.01).withEvaluation(ModelEvaluation.NONE.withSweep(new Sweep(points, 3, pca)));
        return KeyQuestions.of(SampleRuns.run(model)).getLast().sentences();
    }
}
