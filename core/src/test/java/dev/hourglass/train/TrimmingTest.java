package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.detect.SampleScores;
import dev.hourglass.detect.ScoreEvaluation;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.engine.Inference;
import dev.hourglass.engine.Loss;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Outliers;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.checkpoints.Checkpoint;
import dev.hourglass.train.checkpoints.Checkpoints;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrimmingTest {
    private static final int NUMBERS = 12;
    private static final int NORMAL = 460;
    private static final int PLANTED = 40;
    private static final AutoencoderSpec SPEC = new AutoencoderSpec(
            "narrow",
            Shape.of(NUMBERS),
            List.of(new LayerSpec.Dense("squeeze", 3, Activation.LINEAR)),
            List.of(new LayerSpec.Dense("rebuild", NUMBERS, Activation.LINEAR)));
    private static final TrainOptions OPTIONS = TrainOptions.defaults()
            .withEpochs(40)
            .withBatchSize(20)
            .withLearningRate(0.01f)
            .withThreads(1);
    private static final FloatDataset DIRTY = data("dirty", NORMAL, PLANTED);
    private static final FloatDataset VALIDATION = data("validation", 20, 0);

    @TempDir
    private Path folder;

    /** Normal samples lie near a plane, those behind them on a line of their own. */
    private static FloatDataset data(String name, int normal, int planted) {
        RandomGenerator random = new RandomSource(5).stream(name, 0);
        float[] values = new float[(normal + planted) * NUMBERS];
        for (int sample = 0; sample < normal + planted; sample++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            for (int i = 0; i < NUMBERS; i++) {
                double where =
                        sample < normal ? a * Math.sin(i) + b * Math.cos(i) : (0.8 + 0.2 * a) * (i % 2 == 0 ? 1 : -1);
                values[sample * NUMBERS + i] = (float) (where + 0.1 * random.nextGaussian());
            }
        }
        return FloatDataset.of(name, Shape.of(NUMBERS), values);
    }

    private static TrainResult train(TrainOptions options, FloatDataset training) {
        return Trainer.train(SPEC, training, VALIDATION, options, event -> {});
    }

    private static double auc(TrainResult result) {
        FloatDataset test = data("test", 200, 200);
        boolean[] anomalous = new boolean[400];
        for (int i = 200; i < 400; i++) {
            anomalous[i] = true;
        }
        try (Inference inference = Inference.of(result.model(), 1)) {
            double[] scores = SampleScores.of(
                    (from, count, into) -> inference.reconstruct(test::copySample, from, count, into),
                    test,
                    new StepErrors.Squared(),
                    done -> {});
            return ScoreEvaluation.of(scores, anomalous).rocAuc().orElseThrow();
        }
    }

    @Test
    void anomaliesThatWerePlantedInTheTrainingDataAreLeftOutAndThenFound() {
        TrainResult plain = train(OPTIONS, DIRTY);
        TrainResult robust = train(OPTIONS.withTrimming(Trimming.TENTH), DIRTY);

        assertThat(plain.leftOut()).isEqualTo(Outliers.NONE);
        assertThat(auc(plain)).isLessThan(0.9);
        assertThat(auc(robust)).isGreaterThan(0.99);
        long planted = robust.leftOut().samples().stream()
                .filter(sample -> sample.index() >= NORMAL)
                .count();
        assertThat(planted).isGreaterThanOrEqualTo(36);
        assertThat(robust.leftOut().samples().size() - planted).isLessThanOrEqualTo(5);
    }

    @Test
    void neverMoreThanTheShareIsLeftOutAndWhatIsSparedIsCounted() {
        TrainResult result = train(OPTIONS.withTrimming(new Trimming(0.02)), DIRTY);

        assertThat(result.leftOut().of()).isEqualTo(NORMAL + PLANTED);
        assertThat(result.leftOut().samples()).hasSizeLessThanOrEqualTo(10);
        assertThat(result.leftOut().samples().size() + result.leftOut().spared())
                .isGreaterThan(10);
    }

    @Test
    void eachEpochTrainsOnWhatIsNotLeftOutAndTheFirstQuarterOnAll() {
        List<Integer> steps = new ArrayList<>();
        Trainer.train(SPEC, DIRTY, VALIDATION, OPTIONS.withTrimming(Trimming.TENTH), event -> {
            if (event instanceof TrainEvent.EpochFinished finished) {
                steps.add(finished.steps());
            }
        });

        assertThat(steps.subList(0, 10)).containsOnly(25);
        assertThat(steps.getLast()).isBetween(23, 24);
    }

    @Test
    void ofDataWithoutAnomaliesHardlyAnyAreLeftOut() {
        TrainResult result = train(OPTIONS.withTrimming(Trimming.TENTH), data("clean", 500, 0));

        assertThat(result.leftOut().samples()).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void goesOnFromAnyEpochThroughAFileAndOnAnyThreadsToTheSameBits() throws Exception {
        TrainOptions options = OPTIONS.withEpochs(6).withTrimming(Trimming.TENTH);
        List<TrainingState> states = new ArrayList<>();
        TrainResult whole = Trainer.train(
                TrainingState.fresh(SPEC, DIRTY.normalization(), options),
                DIRTY,
                VALIDATION,
                options,
                (moment, place, state) -> {
                    if (place.epoch() == 4 && (place.samples() == 0 || place.steps() == 7)) {
                        states.add(state.get());
                    }
                },
                event -> {});

        assertThat(states).hasSize(2);
        assertThat(whole.leftOut().samples()).isNotEmpty();
        int threads = 1;
        for (TrainingState state : states) {
            Checkpoints checkpoints = new Checkpoints(folder.resolve("at-" + threads));
            checkpoints.save(new Checkpoint(new TreeMap<>(), state));
            TrainingState read = checkpoints
                    .newest(SPEC, DIRTY.normalization())
                    .orElseThrow()
                    .checkpoint()
                    .state();
            TrainResult resumed = Trainer.train(
                    read, DIRTY, VALIDATION, options.withThreads(++threads), TrainingWatch.INTERRUPTS, e -> {});
            assertThat(resumed.weightDigests()).isEqualTo(whole.weightDigests());
            assertThat(resumed.leftOut()).isEqualTo(whole.leftOut());
        }
    }

    @Test
    void whatHasNoErrorOfASampleIsRefused() {
        TrainOptions logits = OPTIONS.withTrimming(Trimming.TENTH).withLoss(new Loss.BinaryCrossentropy(true, 0));
        assertThatThrownBy(() -> Trainer.train(SPEC, unit(), unit(), logits, event -> {}))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessageContaining("not logits")
                .hasMessageContaining("Leave out 'robust'.");
        assertThatThrownBy(() -> new Trimming(0.6)).hasMessageContaining("at most 0.5, got 0.6");
        assertThatThrownBy(() -> TrimmingState.of(2, new double[] {Double.NaN})).hasMessageContaining("NaN");
        assertThatThrownBy(() -> TrimmingState.of(0, new double[1])).hasMessageContaining("0 epochs");
    }

    private static FloatDataset unit() {
        float[] values = new float[10 * NUMBERS];
        IntStream.range(0, values.length).forEach(i -> values[i] = i % 2);
        return FloatDataset.of("unit", Shape.of(NUMBERS), values);
    }
}
