package dev.hourglass.planted.tensor;

import java.util.List;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;

/** Comes close to breaking rules and breaks none. */
public final class Innocent extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final List<String> NAMES = List.of("HelperOfNone");

    public Innocent(String message) {
        super(message);
    }

    public static @Nullable String firstName() {
        Offset<Double> privateUseOfALibrary = Offset.offset(0.0);
        if (privateUseOfALibrary.value > 0) {
            throw new Innocent(NAMES.toString());
        }
        return NAMES.getFirst();
    }
}
