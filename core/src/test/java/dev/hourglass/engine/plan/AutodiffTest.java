package dev.hourglass.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Loss;
import dev.hourglass.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AutodiffTest {
    private static final OutputLoss LOSS = OutputLoss.ofOnly(new Loss.MeanSquaredError());
    private static final Tensor INPUT = tensor("input");

    @Test
    void aChainIsGoneBackInReverseAndEndsAtTheFirstThatLearns() {
        Op.Activate before = new Op.Activate("before", Nonlinearity.leakyRelu(0), INPUT, tensor("before/output"));
        Op.Dense first = dense("first", 0, before.to());
        Op.Activate between =
                new Op.Activate("between", Nonlinearity.leakyRelu(0), first.to(), tensor("between/output"));
        Op.Dense last = dense("last", 2, between.to());
        LogicalPlan plan = new LogicalPlan(List.of(new Op.Input(INPUT), before, first, between, last), last.to());

        Tensor ofLoss = tensor("loss/gradient");
        Tensor ofBetween = tensor("last/input/gradient");
        Tensor ofFirst = tensor("between/input/gradient");
        List<Op> appended = appended(plan);
        assertThat(appended.getFirst()).isEqualTo(new Op.Target(0, tensor("target")));
        assertThat(appended.get(1)).isEqualTo(new Op.LossGradient(LOSS, last.to(), tensor("target"), ofLoss));
        assertThat(appended.subList(2, appended.size()))
                .containsExactly(
                        new Op.Gradient(last, List.of(ofLoss), List.of(new Op.Share(0, ofBetween))),
                        new Op.Gradient(between, List.of(ofBetween), List.of(new Op.Share(0, ofFirst))),
                        new Op.Gradient(first, List.of(ofFirst), List.of()));
    }

    @Test
    void aValueWithSeveralReadersGetsTheSumOfWhatEachGives() {
        Op.Dense first = dense("first", 0, INPUT);
        Op.Dense left = dense("left", 2, first.to());
        Op.Dense right = dense("right", 4, first.to());
        Op.Sum add = new Op.Sum("add", List.of(left.to(), right.to(), first.to()), tensor("add/output"));
        LogicalPlan plan = new LogicalPlan(List.of(new Op.Input(INPUT), first, left, right, add), add.to());

        List<Op> appended = appended(plan);
        Tensor ofFirst = tensor("first/output/gradient");
        assertThat(appended.subList(2, appended.size()))
                .containsExactly(
                        new Op.Gradient(
                                add,
                                List.of(tensor("loss/gradient")),
                                List.of(
                                        new Op.Share(0, tensor("add/input1/gradient")),
                                        new Op.Share(1, tensor("add/input2/gradient")),
                                        new Op.Share(2, tensor("add/input3/gradient")))),
                        new Op.Gradient(
                                right,
                                List.of(tensor("add/input2/gradient")),
                                List.of(new Op.Share(0, tensor("right/input/gradient")))),
                        new Op.Gradient(
                                left,
                                List.of(tensor("add/input1/gradient")),
                                List.of(new Op.Share(0, tensor("left/input/gradient")))),
                        new Op.Sum(
                                ofFirst.name(),
                                List.of(
                                        tensor("add/input3/gradient"),
                                        tensor("right/input/gradient"),
                                        tensor("left/input/gradient")),
                                ofFirst),
                        new Op.Gradient(first, List.of(ofFirst), List.of()));
    }

    @Test
    void whatDoesNotLeadToThePredictionHasNoGradient() {
        Op.Dense first = dense("first", 0, INPUT);
        Op.Dense aside = dense("aside", 2, first.to());
        LogicalPlan plan = new LogicalPlan(List.of(new Op.Input(INPUT), first, aside), first.to());

        assertThat(appended(plan))
                .filteredOn(Op.Gradient.class::isInstance)
                .containsExactly(new Op.Gradient(first, List.of(tensor("loss/gradient")), List.of()));
    }

    private static List<Op> appended(LogicalPlan plan) {
        LogicalPlan differentiated = Autodiff.withLoss(plan, List.of(LOSS));
        assertThat(differentiated.ops()).startsWith(plan.ops().toArray(Op[]::new));
        assertThat(differentiated.predictions()).isEqualTo(plan.predictions());
        return differentiated
                .ops()
                .subList(plan.ops().size(), differentiated.ops().size());
    }

    private static Op.Dense dense(String name, int parameters, Tensor from) {
        return new Op.Dense(name, parameters, from, Nonlinearity.LINEAR, tensor(name + "/output"));
    }

    private static Tensor tensor(String name) {
        return new Tensor(name, Shape.of(3));
    }
}
