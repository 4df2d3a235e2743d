package dev.hourglass.engine;

/** A step's loss or gradient is NaN or infinite; the parameters are those from before the step. */
public final class DivergenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param problem what is not finite and where it begins, a sentence without its full stop */
    DivergenceException(String problem) {
        super(problem);
    }
}
