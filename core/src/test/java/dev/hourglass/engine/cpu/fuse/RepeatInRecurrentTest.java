package dev.hourglass.engine.cpu.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.plan.Cell;
import dev.hourglass.engine.plan.CellFunction;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.model.Activation;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RepeatInRecurrentTest {
    private static final Tensor VECTOR = new Tensor("input", Shape.of(3));
    private static final Tensor REPEATED = new Tensor("repeat/output", Shape.of(5, 3));
    private static final Tensor OUTPUT = new Tensor("last/output", Shape.of(5, 2));
    private static final Op.Repeat REPEAT = new Op.Repeat("repeat", VECTOR, REPEATED);

    @Test
    void theLayerReadsTheOneVector() {
        LogicalPlan plan = plan(REPEAT, recurrent(false, REPEATED));
        assertThat(new RepeatInRecurrent().apply(plan)).isEqualTo(plan(recurrent(false, VECTOR)));
    }

    @Test
    void copiesAreTheSameInReverse() {
        LogicalPlan plan = plan(REPEAT, recurrent(true, REPEATED));
        assertThat(new RepeatInRecurrent().apply(plan)).isEqualTo(plan(recurrent(false, VECTOR)));
    }

    @Test
    void otherReadersFindTheCopies() {
        LogicalPlan plan = plan(REPEAT, new Op.Dense("last", 0, REPEATED, Nonlinearity.LINEAR, OUTPUT));
        assertThat(new RepeatInRecurrent().apply(plan)).isEqualTo(plan);
        LogicalPlan two = plan(
                REPEAT,
                new Op.Activate("also", Nonlinearity.LINEAR, REPEATED, new Tensor("also/output", Shape.of(5, 3))),
                recurrent(false, REPEATED));
        assertThat(new RepeatInRecurrent().apply(two)).isEqualTo(two);
    }

    private static Op recurrent(boolean backwards, Tensor from) {
        Cell cell = new Cell.Simple(CellFunction.of(Activation.LINEAR), true);
        return new Op.Recurrent("last", 0, cell, backwards, from, 5, OUTPUT);
    }

    private static LogicalPlan plan(Op... ops) {
        List<Op> all = new ArrayList<>(List.of(new Op.Input(VECTOR)));
        all.addAll(List.of(ops));
        return new LogicalPlan(all, OUTPUT);
    }
}
