package dev.hourglass;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Texts that tests are held against, in {@code src/test/resources/dev/hourglass}. {@code mvn test -Drenew.goldens}
 * writes them anew; look at what changed before you commit it.
 */
public final class Goldens {
    private static final Path FOLDER = Path.of("src/test/resources/dev/hourglass");

    private Goldens() {}

    /** @param file relative to the folder of goldens */
    public static void assertMatches(String file, String text) throws IOException {
        Path golden = FOLDER.resolve(file);
        if (System.getProperty("renew.goldens") != null) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, text);
        }
        assertThat(golden).isRegularFile();
        assertThat(text)
                .as("%s; if it was meant to change, renew it: mvn test -Drenew.goldens", golden)
                .isEqualTo(Files.readString(golden));
    }
}
