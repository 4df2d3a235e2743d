package dev.hourglass.fuzz;

import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A reader that takes any bytes and reads or refuses them: by a {@link CorruptFileException} of one line that is no longer
 * than a person reads, soon, and in no other way.
 *
 * <p>A format's target is a subclass in the package of its reader, named {@code …FuzzTest}, with a corpus in {@code
 * core/src/test/resources/fuzz/…FuzzTest}. The build replays the corpus; {@code core/fuzz …FuzzTest SECONDS} looks for
 * inputs that break the promise. Each that is found is put into the corpus with its repair.
 */
public abstract class FuzzTarget {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int MOST_CHARACTERS = 2000;

    /** @throws CorruptFileException if the bytes are refused */
    protected abstract void read(byte[] bytes);

    /** What is promised for any bytes. */
    final void readOrRefuse(byte[] bytes) {
        try {
            read(bytes);
        } catch (CorruptFileException refused) {
            String said = String.valueOf(refused.getMessage());
            if (said.indexOf('\n') >= 0 || said.length() > MOST_CHARACTERS) {
                throw new AssertionError(
                        "a refusal of more than one line, or of " + said.length() + " characters", refused);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> readsOrRefusesItsCorpus() throws IOException {
        Path corpus = Path.of("src/test/resources/fuzz", getClass().getSimpleName());
        List<Path> inputs;
        try (Stream<Path> files = Files.list(corpus)) {
            inputs = files.sorted().toList();
        }
        return inputs.stream()
                .map(input -> DynamicTest.dynamicTest(input.getFileName().toString(), () -> {
                    byte[] bytes = Files.readAllBytes(input);
                    assertTimeout(SOON, () -> readOrRefuse(bytes));
                }));
    }
}
