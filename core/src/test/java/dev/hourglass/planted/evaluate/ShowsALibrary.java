package dev.hourglass.planted.evaluate;

import java.util.List;
import org.assertj.core.data.Offset;

/** Shows a type of a library in its public methods, as a type argument. */
public final class ShowsALibrary {
    private ShowsALibrary() {}

    public static List<Offset<Double>> tolerances() {
        return List.of();
    }
}
