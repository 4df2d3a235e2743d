package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Measured;
import dev.hourglass.model.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Our callbacks against what Keras's did on the same losses; interop/make_callbacks_golden.py wrote it down. */
class CallbacksKerasTest {
    private static final Parameters NO_WEIGHTS = Parameters.of(List.of());

    /** {@code early;min_delta;patience;start_from_epoch;losses;stopped epoch or 0;epoch whose weights were restored}. */
    @Test
    void earlyStoppingStopsAndRestoresWhereKerasDoes() throws IOException {
        int stopped = 0;
        for (String[] line : lines("early")) {
            EarlyStopping stopping = EarlyStopping.defaults()
                    .withMinDelta(Double.parseDouble(line[1]))
                    .withPatience(Integer.parseInt(line[2]))
                    .withStartFromEpoch(Integer.parseInt(line[3]))
                    .withRestoreBestWeights(true);
            CallbackState end =
                    run(Callbacks.NONE.withEarlyStopping(stopping), line[4]).getLast();

            assertThat(end.earlyStopping().stoppedEpoch())
                    .as(String.join(";", line))
                    .isEqualTo(Integer.parseInt(line[5]));
            assertThat(Objects.requireNonNull(end.toRestore()).epoch())
                    .as(String.join(";", line))
                    .isEqualTo(Integer.parseInt(line[6]));
            stopped += end.hasStopped() ? 1 : 0;
        }
        assertThat(stopped).isBetween(20, 59);
    }

    /** {@code plateau;factor;patience;min_delta;cooldown;min_lr;losses;learning rate after each epoch}. */
    @Test
    void theLearningRateAfterEachEpochIsKeras() throws IOException {
        int reduced = 0;
        for (String[] line : lines("plateau")) {
            ReduceLrOnPlateau plateau = ReduceLrOnPlateau.defaults()
                    .withFactor(Double.parseDouble(line[1]))
                    .withPatience(Integer.parseInt(line[2]))
                    .withMinDelta(Double.parseDouble(line[3]))
                    .withCooldown(Integer.parseInt(line[4]))
                    .withMinLr(Double.parseDouble(line[5]));
            float[] expected = new float[numbers(line[7]).length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (float) numbers(line[7])[i];
            }

            List<Float> rates = run(Callbacks.NONE.withReduceLrOnPlateau(plateau), line[6]).stream()
                    .map(state -> state.plateau().learningRate())
                    .toList();

            assertThat(rates).as(String.join(";", line)).hasSize(expected.length);
            for (int i = 0; i < expected.length; i++) {
                assertThat(rates.get(i))
                        .as("epoch %d of %s", i + 1, String.join(";", line))
                        .isEqualTo(expected[i]);
                reduced += i > 0 && expected[i] < expected[i - 1] ? 1 : 0;
            }
        }
        assertThat(reduced).isGreaterThan(100);
    }

    /** {@code best;losses;epochs whose weights were saved}. */
    @Test
    void theBestWeightsAreKeptWhenModelCheckpointSavesThem() throws IOException {
        for (String[] line : lines("best")) {
            List<Double> kept = run(Callbacks.NONE.withKeepBest(true), line[1]).stream()
                    .map(state -> (double) Objects.requireNonNull(state.kept()).epoch())
                    .distinct()
                    .toList();

            assertThat(kept).isEqualTo(Arrays.stream(numbers(line[2])).boxed().toList());
        }
    }

    @Test
    void whatIsNotANumberIsNeverTheBest() {
        CallbackState state = run(Callbacks.NONE.withKeepBest(true), "NaN 0.5 NaN 0.25 Infinity")
                .getLast();

        assertThat(Objects.requireNonNull(state.kept()).epoch()).isEqualTo(4);
        assertThat(state.kept().value()).isEqualTo(0.25);
        assertThat(run(Callbacks.NONE.withKeepBest(true), "NaN Infinity")
                        .getLast()
                        .kept())
                .isNull();
    }

    /** The state after each epoch until training stops. */
    private static List<CallbackState> run(Callbacks callbacks, String losses) {
        List<CallbackState> states = new ArrayList<>();
        CallbackState state = CallbackState.start(TrainOptions.defaults());
        double[] values = numbers(losses);
        for (int i = 0; i < values.length && !state.hasStopped(); i++) {
            History.Epoch epoch =
                    new History.Epoch(i + 1, new Measured(1, 1, 1), new Measured(values[i], values[i], 1), 1e-3, 1, 1);
            state = state.after(callbacks, epoch, NO_WEIGHTS);
            states.add(state);
        }
        return states;
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    private static List<String[]> lines(String callback) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CallbacksKerasTest.class.getResourceAsStream("callbacks-golden.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(callback + ";"))
                    .map(line -> line.split(";", -1))
                    .toList();
        }
    }
}
