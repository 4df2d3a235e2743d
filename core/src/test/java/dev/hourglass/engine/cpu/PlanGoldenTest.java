package dev.hourglass.engine.cpu;

import dev.hourglass.Goldens;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.fuse.Rules;
import dev.hourglass.engine.plan.Autodiff;
import dev.hourglass.engine.plan.LayerOps;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Objective;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The training plans of the labs' models, written down: what a rule changes in them is seen in review. */
final class PlanGoldenTest {
    static List<AutoencoderSpec> labModels() {
        return List.of(
                Presets.mnistCnn("mnist-cnn"),
                Presets.mnistLstm("mnist-lstm"),
                Presets.cifar10Cnn("cifar10-cnn"),
                Presets.sequenceLstm("sequences-lstm"));
    }

    @ParameterizedTest
    @MethodSource("labModels")
    void theWholePlanIsTheOneWrittenDown(AutoencoderSpec spec) throws IOException {
        Parameters parameters = Parameters.initialize(spec.input(), spec.layers(), new RandomSource(1));
        Objective objective = Objective.of(spec.graph(), new Loss.MeanSquaredError());
        LogicalPlan forward = LayerOps.forTraining(objective.graph(), parameters);

        Goldens.assertMatches("engine/plans/" + spec.name() + ".txt", """
                # Operations
                %s
                # Steps
                %s""".formatted(
                        PlanText.of(Autodiff.withLoss(Rules.beforeLowering(forward), objective.outputs())),
                        PlanText.of(CpuCompiler.forTraining(forward, objective.outputs()))));
    }
}
