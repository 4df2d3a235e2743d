package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An LSTM reads a vector at each of its steps instead of the vector's copies: it is projected once.
 *
 * <p>Precondition: the repeated vector is read by that LSTM alone and is not the prediction.
 */
final class RepeatInLstm implements Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        Map<Op.Layer, Op.Repeat> repeats = new HashMap<>();
        for (Op op : plan.ops()) {
            if (op instanceof Op.Repeat repeat && plan.onlyReader(repeat.to()) instanceof Op.Lstm lstm) {
                repeats.put(lstm, repeat);
            }
        }
        List<Op> ops = plan.ops().stream()
                .filter(op -> !repeats.containsValue(op))
                .map(op ->
                        op instanceof Op.Lstm lstm && repeats.containsKey(lstm) ? reading(repeats.get(lstm), lstm) : op)
                .toList();
        return new LogicalPlan(ops, plan.prediction());
    }

    private static Op reading(Op.Repeat repeat, Op.Lstm lstm) {
        return new Op.Lstm(lstm.layer(), lstm.parameters(), repeat.from(), lstm.steps(), lstm.to());
    }
}
