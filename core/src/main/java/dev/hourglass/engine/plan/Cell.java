package dev.hourglass.engine.plan;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Recurrence;

/** How a recurrent layer gets from one state to the next: its equations, which are those in {@link LayerSpec}. */
public sealed interface Cell {
    /** Of what is to become the state. */
    Nonlinearity activation();

    /** Whether there is a bias behind the kernels. */
    boolean bias();

    /** How many units wide the kernel is. */
    int gates();

    record Lstm(Nonlinearity activation, Nonlinearity gate, boolean bias) implements Cell {
        @Override
        public int gates() {
            return 4;
        }

        /** Whether its functions are tanh and sigmoid, for which there are steps that do all at once. */
        public boolean isUsual() {
            return activation.kind() == Nonlinearity.Kind.TANH && gate.kind() == Nonlinearity.Kind.SIGMOID;
        }
    }

    /** @param resetAfter whether the reset gate is applied after the product with the state */
    record Gru(Nonlinearity activation, Nonlinearity gate, boolean bias, boolean resetAfter) implements Cell {
        @Override
        public int gates() {
            return 3;
        }
    }

    record Simple(Nonlinearity activation, boolean bias) implements Cell {
        @Override
        public int gates() {
            return 1;
        }
    }

    static Cell of(LayerSpec.Recurrent layer) {
        Recurrence recurrence = layer.recurrence();
        Nonlinearity activation = Nonlinearity.of(recurrence.activation()).orElseThrow();
        Nonlinearity gate = Nonlinearity.of(recurrence.recurrentActivation()).orElseThrow();
        return switch (layer) {
            case LayerSpec.Lstm ignored -> new Lstm(activation, gate, recurrence.useBias());
            case LayerSpec.Gru gru -> new Gru(activation, gate, recurrence.useBias(), gru.resetAfter());
            case LayerSpec.SimpleRnn ignored -> new Simple(activation, recurrence.useBias());
        };
    }
}
