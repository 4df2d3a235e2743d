package dev.hourglass.engine;

import java.util.Map;

/**
 * How large gradients are clipped before an optimizer uses them, as Keras's optimizers do. At most one of these ways.
 */
public sealed interface Clipping {
    /** Gradients as they are. */
    record None() implements Clipping {}

    /**
     * Each variable's gradient is shortened to this norm where it is longer: Keras's {@code clipnorm}.
     *
     * @param norm > 0
     */
    record ByNorm(float norm) implements Clipping {
        public ByNorm {
            GivenSettings.requirePositive("clipnorm", norm);
        }
    }

    /**
     * The gradient of all variables together is shortened to this norm where it is longer: {@code global_clipnorm}.
     *
     * @param norm > 0
     */
    record ByGlobalNorm(float norm) implements Clipping {
        public ByGlobalNorm {
            GivenSettings.requirePositive("global_clipnorm", norm);
        }
    }

    /**
     * Each number of a gradient is brought between -value and value: {@code clipvalue}.
     *
     * @param value > 0
     */
    record ByValue(float value) implements Clipping {
        public ByValue {
            GivenSettings.requirePositive("clipvalue", value);
        }
    }

    /** The one setting by Keras's name; empty for none. */
    default Map<String, Object> settings() {
        return switch (this) {
            case None none -> Map.of();
            case ByNorm by -> Map.of("clipnorm", by.norm());
            case ByGlobalNorm by -> Map.of("global_clipnorm", by.norm());
            case ByValue by -> Map.of("clipvalue", by.value());
        };
    }
}
