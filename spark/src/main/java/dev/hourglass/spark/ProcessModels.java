package dev.hourglass.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The models of this process: each is compiled once, by the first task that asks, and used by all. An executor outlives what Spark
 * sends it for a task, so only what is static can be shared. Of models that are asked for no more, the last few stay.
 */
final class ProcessModels {
    private static final int MOST = 8;
    /** By digest of the file, the one that was asked for last at the end. */
    private static final Map<String, Slot> SLOTS = new LinkedHashMap<>(16, 0.75f, true);

    private ProcessModels() {}

    /** Room for a model. Who comes while it is compiled waits; whoever comes after a failure tries again. */
    private static final class Slot {
        private @Nullable CompiledModel model;

        synchronized CompiledModel model(ShippedModel shipped) {
            CompiledModel made = model == null ? shipped.compile() : model;
            model = made;
            return made;
        }
    }

    static CompiledModel of(ShippedModel shipped) {
        return slot(shipped.sha256()).model(shipped);
    }

    private static Slot slot(String digest) {
        synchronized (SLOTS) {
            Slot slot = SLOTS.computeIfAbsent(digest, absent -> new Slot());
            if (SLOTS.size() > MOST) {
                // Tasks that use it still hold it; it has no threads that would have to be ended.
                SLOTS.remove(SLOTS.keySet().iterator().next());
            }
            return slot;
        }
    }
}
