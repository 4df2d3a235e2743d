package dev.hourglass.model.variables;

/** What variables start from in Keras, where nothing else is said. */
public final class Initializers {
    public static final Initializer ZEROS = new Initializer.Constant(0);
    public static final Initializer ONES = new Initializer.Constant(1);
    public static final Initializer GLOROT_UNIFORM = new Initializer.VarianceScaling(
            1, Initializer.VarianceScaling.Mode.FAN_AVG, Initializer.VarianceScaling.Distribution.UNIFORM);
    /** Of a table's rows. */
    public static final Initializer EMBEDDINGS = new Initializer.RandomUniform(-0.05f, 0.05f);

    /** Of a codebook's vectors: within what normalised codes reach, none of them alike. */
    public static final Initializer CODEBOOK = new Initializer.RandomUniform(-1, 1);

    public static final Initializer ORTHOGONAL = new Initializer.Orthogonal(1);
    /** Of an LSTM's bias. */
    public static final Initializer FORGET_GATE_ONES = new Initializer.ForgetGateOnes(ZEROS);

    private Initializers() {}
}
