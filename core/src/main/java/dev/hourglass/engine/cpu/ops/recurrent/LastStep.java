package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Value;
import java.util.Arrays;

/** The last state of a recurrent layer among those of all steps, where it alone leaves the layer. */
final class LastStep {
    private final Buffer all;
    private final Buffer last;
    private final int panels;
    private final int steps;

    /**
     * @param all states of all steps, or their gradients
     * @param last of the last step alone
     */
    LastStep(Resources resources, Value all, Value last) {
        this.all = resources.buffer(all);
        this.last = resources.buffer(last);
        panels = all.steps().panels();
        steps = all.steps().steps();
    }

    /** The state leaves. */
    void take(Cursor at) {
        int floats = floats(at);
        for (int panel = 0; panel < panels; panel++) {
            System.arraycopy(all.array(at), place(at, panel), last.array(at), last.offset(at) + panel * floats, floats);
        }
    }

    /** Its gradient comes in, and none for the other steps. */
    void spread(Cursor at) {
        int floats = floats(at);
        Arrays.fill(all.array(at), all.offset(at), all.offset(at) + panels * steps * floats, 0);
        for (int panel = 0; panel < panels; panel++) {
            System.arraycopy(last.array(at), last.offset(at) + panel * floats, all.array(at), place(at, panel), floats);
        }
    }

    private int place(Cursor at, int panel) {
        return all.offset(at) + ((panel + 1) * steps - 1) * floats(at);
    }

    private static int floats(Cursor at) {
        return at.samples * Layout.Steps.PANEL;
    }
}
