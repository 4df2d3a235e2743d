package dev.hourglass.engine.plan;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Recurrence;

/** How a recurrent layer gets from one state to the next: its equations, which are those in {@link LayerSpec}. */
public sealed interface Cell {
    /** Of what is to become the state. */
    CellFunction activation();

    /** Whether there is a bias behind the kernels. */
    boolean bias();

    /** How many units wide the kernel is. */
    int gates();

    /** Whether going back needs what went into the functions of the gates. */
    boolean keepsInputs();

    record Lstm(CellFunction activation, CellFunction gate, boolean bias) implements Cell {
        @Override
        public int gates() {
            return 4;
        }

        @Override
        public boolean keepsInputs() {
            return activation.byInput() != null || gate.byInput() != null;
        }

        static Lstm of(Recurrence recurrence) {
            return new Lstm(
                    CellFunction.of(recurrence.activation()),
                    CellFunction.of(recurrence.recurrentActivation()),
                    recurrence.useBias());
        }

        /** Whether its functions are tanh and sigmoid, for which there are steps that do all at once. */
        public boolean isUsual() {
            return activation.is(Nonlinearity.Kind.TANH) && gate.is(Nonlinearity.Kind.SIGMOID);
        }
    }

    /** @param resetAfter whether the reset gate is applied after the product with the state */
    record Gru(CellFunction activation, CellFunction gate, boolean bias, boolean resetAfter) implements Cell {
        @Override
        public int gates() {
            return 3;
        }

        @Override
        public boolean keepsInputs() {
            return activation.byInput() != null || gate.byInput() != null;
        }
    }

    record Simple(CellFunction activation, boolean bias) implements Cell {
        @Override
        public int gates() {
            return 1;
        }

        /** They are the gates, which are kept. */
        @Override
        public boolean keepsInputs() {
            return false;
        }
    }

    static Cell of(LayerSpec.Recurrent layer) {
        Recurrence recurrence = layer.recurrence();
        CellFunction activation = CellFunction.of(recurrence.activation());
        CellFunction gate = CellFunction.of(recurrence.recurrentActivation());
        return switch (layer) {
            case LayerSpec.Lstm ignored -> Lstm.of(recurrence);
            case LayerSpec.Gru gru -> new Gru(activation, gate, recurrence.useBias(), gru.resetAfter());
            case LayerSpec.SimpleRnn ignored -> new Simple(activation, recurrence.useBias());
        };
    }
}
