package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions that share out the chunks of every batch give each of them the bits of one session that computes all. */
final class JoinedSessionsIT {
    private static final int SAMPLES = 3 * 48 + 5;

    /** How a model is trained. */
    record Case(AutoencoderSpec model, Optimizer optimizer, Loss loss, int batch, int steps) {
        static Case of(AutoencoderSpec model) {
            Loss loss = new Loss.MeanSquaredError().withDivergences(model.graph());
            return new Case(model, Optimizer.Adam.DEFAULT, loss, 48, 3);
        }

        Case with(Optimizer other) {
            return new Case(model, other, loss, batch, steps);
        }

        Case withBatch(int samples, int count) {
            return new Case(model, optimizer, loss, samples, count);
        }

        Case withLoss(Loss other) {
            return new Case(model, optimizer, other, batch, steps);
        }

        TrainingSettings settings() {
            return new TrainingSettings(loss, optimizer, batch, 5);
        }

        @Override
        public String toString() {
            return model.name() + ", " + optimizer.inWords() + ", " + loss.text() + ", batches of " + batch;
        }
    }

    /** All that a session knows after each step and in the end. */
    private record Outcome(List<List<Double>> steps, String weights, String slots) {}

    static Stream<Case> cases() {
        Case cnn = Case.of(Presets.mnistCnn("cnn"));
        Case lstm = Case.of(Presets.mnistLstm("lstm"));
        return Stream.concat(
                LabRun.MODELS.stream().map(Case::of),
                Stream.of(
                        cnn.withBatch(128, 2),
                        cnn.withBatch(37, 9),
                        cnn.withBatch(1, 3),
                        lstm.withBatch(37, 9),
                        lstm.withBatch(3, 6),
                        cnn.with(Optimizer.parse("nadam:global_clipnorm=0.01")).withBatch(20, 5),
                        cnn.with(Optimizer.parse("sgd:momentum=0.9,nesterov=true,clipnorm=0.1")),
                        lstm.with(Optimizer.parse("rmsprop:momentum=0.5,centered=true,weight_decay=0.01")),
                        preset("mnist-contractive")
                                .withLoss(new Loss.MeanSquaredError()
                                        .withPenalties(List.of(new Penalty.Contraction("latent", 0.1f)))),
                        preset("mnist-sparse-kl")
                                .withLoss(new Loss.MeanSquaredError()
                                        .withPenalties(List.of(new Penalty.Sparsity("latent", 0.05f, 0.1f)))),
                        cnn.withLoss(Loss.parse("mean_squared_error:mask_value=0")),
                        preset("cifar10-residual").withBatch(21, 3),
                        // Of a codebook, whose gradients all chunks add to.
                        preset("mnist-vq").withBatch(37, 6),
                        composite("sequence-composite").withBatch(21, 3)));
    }

    private static Case composite(String name) {
        Case of = preset(name);
        return of.withLoss(Loss.parse(of.model().graph().outputs().stream()
                .map(output -> output + " input 0.5 mse")
                .collect(Collectors.joining(";", "per_output:outputs=", ""))));
    }

    private static Case preset(String name) {
        return Case.of(Presets.find(name, name).orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void weightsSlotsAndErrorsAreTheBitsOfOneSession(Case training) throws Exception {
        Outcome expected = InProcessSessions.run(1, sessions -> outcome(training, sessions, 2))
                .getFirst();
        for (int count = 2; count <= 4; count++) {
            for (Outcome of : InProcessSessions.run(count, sessions -> outcome(training, sessions, 1))) {
                assertThat(of).as("%d sessions", count).isEqualTo(expected);
            }
        }
    }

    @Test
    void aSessionReadsTheSamplesOfItsOwnChunksAlone() throws Exception {
        AutoencoderSpec model = Presets.mnistCnn("cnn");
        List<Set<Integer>> read = InProcessSessions.run(4, sessions -> {
            Set<Integer> seen = ConcurrentHashMap.newKeySet();
            Samples samples = (index, into, offset) -> seen.add(index);
            Parameters parameters = Parameters.initialize(model.graph(), new RandomSource(5));
            try (TrainingSession session = TrainingSession.joined(
                    model.graph(), parameters, TrainingSettings.of(Optimizer.Adam.DEFAULT, 48, 5), 1, sessions)) {
                session.step(samples, IntStream.range(0, 48).toArray(), 0, 48);
            }
            return seen;
        });

        for (int rank = 0; rank < 4; rank++) {
            assertThat(read.get(rank))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(12 * rank, 12 * rank + 12).boxed().toList());
        }
    }

    @Test
    void allSessionsTellThatTrainingDivergedAndWhere() throws Exception {
        AutoencoderSpec model = Presets.mnistCnn("cnn");
        List<String> told = InProcessSessions.run(2, sessions -> {
            Samples samples = (index, into, offset) -> into[offset] = index == 40 ? Float.NaN : 0;
            Parameters parameters = Parameters.initialize(model.graph(), new RandomSource(5));
            try (TrainingSession session = TrainingSession.joined(
                    model.graph(), parameters, TrainingSettings.of(Optimizer.Adam.DEFAULT, 48, 5), 1, sessions)) {
                int[] order = IntStream.range(0, 48).toArray();
                Throwable thrown = assertThrows(DivergenceException.class, () -> session.step(samples, order, 0, 48));
                return String.valueOf(thrown.getMessage());
            }
        });

        assertThat(told).hasSize(2).allMatch(message -> message.contains("sample 40 of the data"));
    }

    /** Trains one session to the end of its steps, each of them the next batch of a data set whose last one is short. */
    private static Outcome outcome(Case training, AllReduce sessions, int threads) {
        Graph graph = training.model().graph();
        Parameters parameters = Parameters.initialize(graph, new RandomSource(5));
        try (TrainingSession session =
                TrainingSession.joined(graph, parameters, training.settings(), threads, sessions)) {
            List<Samples> inputs =
                    samples(graph.inputs().stream().map(Graph.Input::shape).toList());
            List<Samples> targets = samples(graph.outputs().stream()
                    .map(output -> training.model().facts().shapeOf(output))
                    .toList());
            int[] order = IntStream.range(0, SAMPLES).toArray();
            List<List<Double>> steps = new ArrayList<>();
            int from = 0;
            for (int step = 0; step < training.steps(); step++) {
                // The last batch of a data set is short, in this one by the half and a bit.
                int full = training.batch();
                int count = step + 1 < training.steps() ? full : Math.max(1, full / 2 - 1);
                steps.add(told(session, session.step(inputs, targets, order, from, count)));
                from = (from + count) % (SAMPLES - full);
            }
            return new Outcome(steps, parameters.sha256(), slots(session.optimizerState()));
        }
    }

    private static List<Double> told(TrainingSession session, double loss) {
        List<Double> told = new ArrayList<>(List.of(
                loss,
                session.reconstructionLoss(),
                session.divergence(),
                session.meanSquaredError(),
                session.meanAbsoluteError()));
        session.ofOutputs().forEach(output -> told.addAll(List.of(output.loss(), output.mse(), output.mae())));
        return told;
    }

    private static String slots(OptimizerState state) {
        return state.slots().values().stream().map(Parameters::sha256).toList() + " " + state.scalars();
    }

    /** Numbers of 0 to 1, many of them 0. */
    private static List<Samples> samples(List<Shape> shapes) {
        return shapes.stream()
                .map(shape -> (Samples) (index, into, offset) -> {
                    RandomGenerator random = new RandomSource(11).stream("sample", index);
                    for (int j = 0; j < shape.size(); j++) {
                        into[offset + j] = random.nextInt(5) == 0 ? random.nextFloat() : 0;
                    }
                })
                .toList();
    }
}
