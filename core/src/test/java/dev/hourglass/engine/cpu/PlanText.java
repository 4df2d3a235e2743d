package dev.hourglass.engine.cpu;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepAccess;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Size2;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plans in words: a line for each operation or step, with the shape or layout of what is written for the first time. */
final class PlanText {
    private PlanText() {}

    static String of(LogicalPlan plan) {
        return plan.ops().stream().map(PlanText::line).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(Op op) {
        String reads = op.reads().stream().map(Tensor::name).collect(Collectors.joining(", "));
        String writes =
                op.writes().stream().map(t -> t.name() + " " + t.shape()).collect(Collectors.joining(", "));
        String settings =
                op instanceof Op.Gradient gradient ? gradient.of().layer() : String.join(", ", settings((Record) op));
        return line(op.getClass(), settings, reads, writes);
    }

    static String of(Plan plan) {
        StringBuilder text = new StringBuilder();
        Set<Value> known = new HashSet<>();
        plan.steps().forEach(step -> text.append(line(step, known)).append('\n'));
        plan.overBatch()
                .forEach(step -> text.append("over the batch: ")
                        .append(line(step, known))
                        .append('\n'));
        return text.toString();
    }

    private static String line(Step step, Set<Value> known) {
        StepAccess access = StepAccess.of(step);
        String reads = access.reads().stream().map(Value::name).collect(Collectors.joining(", "));
        String writes = access.writes().stream()
                .map(value -> known.add(value) ? value.name() + " " + layout(value.layout()) : value.name())
                .collect(Collectors.joining(", "));
        String line = line(step.getClass(), String.join(", ", settings((Record) step)), reads, writes);
        return line + weights("; with ", access.weights()) + weights("; adds to ", access.gradients());
    }

    private static String line(Class<?> kind, String settings, String reads, String writes) {
        return kind.getSimpleName()
                + (settings.isEmpty() ? "" : "(" + settings + ")")
                + (reads.isEmpty() ? "" : " " + reads)
                + (writes.isEmpty() ? "" : " -> " + writes);
    }

    private static String weights(String intro, List<PackedMatrix> matrices) {
        return matrices.isEmpty()
                ? ""
                : intro
                        + matrices.stream()
                                .map(m -> m.name() + " " + m.rows().packed() + "x" + m.packedColumns())
                                .collect(Collectors.joining(", "));
    }

    private static String layout(Layout layout) {
        return switch (layout) {
            case Layout.Image image -> {
                boolean framed = image.rows() != image.height() || image.columns() != image.width();
                boolean padded = image.channelStride() != image.channels();
                yield "[%d, %d, %d%s]%s"
                        .formatted(
                                image.height(),
                                image.width(),
                                image.channels(),
                                padded ? " of " + image.channelStride() : "",
                                framed ? " in " + image.rows() + "x" + image.columns() : "");
            }
            case Layout.Steps steps -> "[" + steps.steps() + " steps, " + steps.features() + "]";
        };
    }

    /** What an operation or step is told beside its operands. */
    private static List<String> settings(Record record) {
        List<String> settings = new ArrayList<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String name = component.getName();
            String setting = setting(name, valueOf(component, record));
            if (!setting.isEmpty()) {
                settings.add(setting);
            }
        }
        return settings;
    }

    private static String setting(String name, Object value) {
        return switch (value) {
            case Tensor ignored -> "";
            case Value ignored -> "";
            case PackedMatrix ignored -> "";
            case Collection<?> ignored -> "";
            case String layer -> layer;
            case Boolean flag -> flag ? name : "";
            case OutputLoss loss ->
                loss.equals(OutputLoss.ofOnly(loss.loss())) ? loss.loss().toString() : loss.toString();
            case Integer number -> number < 0 || (number == 0 && name.equals("place")) ? "" : name + " " + number;
            case Nonlinearity function ->
                function.kind() == Nonlinearity.Kind.LINEAR
                        ? ""
                        : function.kind()
                                + (function.kind() == Nonlinearity.Kind.LEAKY_RELU ? " " + function.slope() : "");
            case Size2 size -> name + " " + size.height() + "x" + size.width();
            case WindowAxis axis -> name + " " + window(axis);
            case Loss loss -> loss.toString();
            case LayerSpec layer -> layer.name();
            case Op.RecurrentDropout dropout -> dropout.equals(Op.RecurrentDropout.NONE) ? "" : dropout.toString();
            case Step step -> name + " " + step.getClass().getSimpleName();
            case Record record -> (kind(record) + String.join(" ", settings(record))).strip();
            default -> value.toString();
        };
    }

    /** Of one of several kinds of a thing, such as the cell of a recurrent layer, which. */
    private static String kind(Record record) {
        boolean isOfSeveral = Stream.of(record.getClass().getInterfaces()).anyMatch(Class::isSealed);
        return isOfSeveral ? record.getClass().getSimpleName() + " " : "";
    }

    private static String window(WindowAxis axis) {
        return axis.phases().stream()
                        .map(phase -> phase.taps() + " from " + phase.first())
                        .collect(Collectors.joining(" and "))
                + (axis.stride() == 1 ? "" : " every " + axis.stride());
    }

    /** A component that is null has nothing to say. */
    private static Object valueOf(RecordComponent component, Record record) {
        try {
            component.getAccessor().setAccessible(true);
            Object value = component.getAccessor().invoke(record);
            return value == null ? List.of() : value;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Cannot read " + component, e);
        }
    }
}
