package dev.hourglass.formats;

/**
 * Where a chain of layers is cut into encoder and decoder.
 *
 * @param encoderLayers how many layers come before the cut; what leaves the last of them is the code. 0 where the chain
 *     is a decoder by itself, all where it is an encoder; 0 and of no meaning where the waist is not known
 * @param source how it was found
 */
public record Waist(int encoderLayers, Source source) {
    /** How a waist was found. */
    public enum Source {
        /** The model was made with it, or its file says it. */
        STORED,
        /** A file without a note of ours: the narrowest value in the middle, or the end of a nested encoder. */
        BY_RULE,
        /** Whoever read the file named the layer. */
        NAMED,
        /** Nothing in the middle is narrower than what lies around it, and nobody named a layer. */
        UNKNOWN
    }

    /** No cut: the model can be run as a whole, but has no code until somebody names the layer. */
    public static final Waist UNKNOWN = new Waist(0, Source.UNKNOWN);

    public Waist {
        if (encoderLayers < 0) {
            throw new IllegalArgumentException("encoderLayers must be >= 0, got " + encoderLayers);
        }
    }

    public boolean isKnown() {
        return source != Source.UNKNOWN;
    }
}
