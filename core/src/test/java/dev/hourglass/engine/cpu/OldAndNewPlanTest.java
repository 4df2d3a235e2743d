package dev.hourglass.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.LayerOps;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.interop.ModelCase;
import dev.hourglass.interop.ModelCases;
import dev.hourglass.interop.RandomModels;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class OldAndNewPlanTest {
    static Stream<ModelCase> cases() {
        return Stream.of(
                        ModelCases.layers(),
                        ModelCases.presets(),
                        RandomModels.of(new RandomSource(Long.getLong("seed", 1)), 600))
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void training(ModelCase model) {
        Shape input = model.spec().input();
        List<LayerSpec> layers = model.spec().layers();
        Parameters parameters = Parameters.initialize(input, layers, new RandomSource(1));
        if (parameters.trainableCount() == 0) {
            return;
        }
        List<LayerSpec> without = layers.stream()
                .filter(l -> !(l instanceof LayerSpec.Dropout d && d.rate() == 0))
                .toList();
        compare(
                CpuCompiler.forTraining(
                        LayerOps.forTraining(input, layers, parameters),
                        new OutputLoss(layers, new Loss.MeanSquaredError(), false)),
                PlanCompiler.forTraining(input, without, parameters, new Loss.MeanSquaredError()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inference(ModelCase model) {
        Shape input = model.spec().input();
        List<LayerSpec> layers = model.spec().layers();
        Parameters parameters = Parameters.initialize(input, layers, new RandomSource(1));
        for (int i = 1; i <= layers.size(); i++) {
            List<LayerSpec> some = layers.subList(0, i);
            List<LayerSpec> without =
                    some.stream().filter(l -> !(l instanceof LayerSpec.Dropout)).toList();
            if (!without.isEmpty()) {
                compare(
                        CpuCompiler.forInference(LayerOps.forInference(input, some, parameters)),
                        PlanCompiler.forInference(input, without, parameters));
            }
        }
    }

    private static void compare(Plan made, Plan old) {
        assertThat(text(made.steps())).isEqualTo(text(old.steps()));
        assertThat(made.steps()).isEqualTo(old.steps());
        assertThat(text(made.overBatch())).isEqualTo(text(old.overBatch()));
        assertThat(made).isEqualTo(old);
    }

    private static String text(List<? extends Step> steps) {
        return steps.stream()
                .map(Object::toString)
                .map(s -> s.replaceAll("\\[I@[0-9a-f]*", ""))
                .collect(Collectors.joining("\n"));
    }
}
