package dev.hourglass.model;

/** A code alone does not say what a model rebuilds, because layers of its encoder are read behind the waist. */
public final class BypassException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private BypassException(String message) {
        super(message);
    }

    /**
     * @param model its name
     * @param waist the layer that gives the code
     * @param use of a code alone, such as {@code decoding}
     */
    public static BypassException of(String model, ModelFacts facts, String waist, String use) {
        Bypass bypass = Bypass.of(facts.graph(), waist);
        return new BypassException("Model '" + model + "' rebuilds a sample from "
                + facts.shapeOf(waist).size() + " numbers at the waist '" + waist + "' and " + bypass.size()
                + " that go around it (" + String.join(", ", bypass.values()) + "), so " + use
                + " a code alone is not possible. Use reconstruction, or a model without skips.");
    }
}
