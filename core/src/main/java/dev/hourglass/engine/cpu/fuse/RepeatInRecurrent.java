package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A recurrent layer reads a vector at each of its steps instead of the vector's copies: it is projected once.
 *
 * <p>Precondition: the repeated vector is read by that layer alone and is not the prediction.
 */
final class RepeatInRecurrent implements Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        Map<Op.Layer, Op.Repeat> repeats = new HashMap<>();
        for (Op op : plan.ops()) {
            if (op instanceof Op.Repeat repeat && plan.onlyReader(repeat.to()) instanceof Op.Recurrent reader) {
                repeats.put(reader, repeat);
            }
        }
        List<Op> ops = plan.ops().stream()
                .filter(op -> !repeats.containsValue(op))
                .map(op -> op instanceof Op.Recurrent reader && repeats.containsKey(reader)
                        ? reader.reading(repeats.get(reader).from())
                        : op)
                .toList();
        return new LogicalPlan(ops, plan.predictions(), plan.mask());
    }
}
