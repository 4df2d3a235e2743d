package dev.hourglass.formats.onnx.read.graph;

import java.util.List;

/** A setting of a node. */
public sealed interface Attribute {
    record Whole(long value) implements Attribute {}

    record Real(float value) implements Attribute {}

    record Text(String value) implements Attribute {}

    record Wholes(List<Long> values) implements Attribute {
        public Wholes {
            values = List.copyOf(values);
        }
    }

    record Reals(List<Float> values) implements Attribute {
        public Reals {
            values = List.copyOf(values);
        }
    }

    record Texts(List<String> values) implements Attribute {
        public Texts {
            values = List.copyOf(values);
        }
    }

    record Numbers(StoredTensor value) implements Attribute {}

    /** Graphs and whatever else no operator of ours has. */
    record Other() implements Attribute {}
}
