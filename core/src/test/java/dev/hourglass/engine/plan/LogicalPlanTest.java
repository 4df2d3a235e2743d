package dev.hourglass.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LogicalPlanTest {
    private static final Tensor INPUT = new Tensor("input", Shape.of(4));
    private static final Tensor CODE = new Tensor("code", Shape.of(2));
    private static final Op.Dense DENSE = new Op.Dense("dense", 0, INPUT, Nonlinearity.LINEAR, CODE);

    /** {@link Op.Layer#learns} is false unless an operation says otherwise: one that forgets would never be trained. */
    @Test
    void anOperationLearnsIfItHasParameters() throws NoSuchMethodException {
        for (Class<?> type : layers(Op.Layer.class).toList()) {
            boolean hasParameters = Stream.of(type.getRecordComponents())
                    .anyMatch(component -> component.getName().equals("parameters")
                            || Op.Layer.class.isAssignableFrom(component.getType()));
            boolean saysSo = type.getMethod("learns").getDeclaringClass() != Op.Layer.class;
            assertThat(saysSo).as(type.getSimpleName()).isEqualTo(hasParameters);
        }
    }

    private static Stream<Class<?>> layers(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(LogicalPlanTest::layers)
                : Stream.of(type);
    }

    @Test
    void refusesATensorThatIsReadBeforeItIsWritten() {
        assertThatThrownBy(() -> new LogicalPlan(List.of(DENSE, new Op.Input(INPUT)), CODE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Tensor 'input' is read before it is written");
    }

    @Test
    void refusesATensorThatIsWrittenTwice() {
        assertThatThrownBy(() -> new LogicalPlan(List.of(new Op.Input(INPUT), DENSE, DENSE), CODE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Tensor 'code' is written twice");
    }

    @Test
    void refusesAPredictionThatNothingWrites() {
        assertThatThrownBy(() -> new LogicalPlan(List.of(new Op.Input(INPUT)), CODE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Tensor 'code' is the prediction, but nothing writes it");
    }

    @Test
    void aTensorMayHaveSeveralReaders() {
        Tensor other = new Tensor("other", Shape.of(2));
        Tensor sum = new Tensor("sum", Shape.of(2));
        Op.Dense second = new Op.Dense("second", 2, INPUT, Nonlinearity.LINEAR, other);
        Op.Sum add = new Op.Sum("add", List.of(CODE, other), sum);
        LogicalPlan plan = new LogicalPlan(List.of(new Op.Input(INPUT), DENSE, second, add), sum);

        assertThat(plan.readers().get(INPUT)).containsExactly(DENSE, second);
        assertThat(plan.onlyReader(INPUT)).isNull();
        assertThat(plan.onlyReader(CODE)).isEqualTo(add);
        assertThat(plan.onlyReader(sum))
                .as("the prediction has a reader outside the plan")
                .isNull();
        assertThat(plan.learned()).containsExactlyInAnyOrder(CODE, other, sum);
    }
}
