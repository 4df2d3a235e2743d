package dev.hourglass.data.images;

import dev.hourglass.files.Failures;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/** Pictures of all kinds: headers, Exif, profiles and pixels. A reason to leave one out is one line. */
class PictureFuzzTest extends FuzzTarget {
    /** Which takes longer than any picture. */
    @BeforeAll
    static void loadThePlatformsDecoders() throws IOException {
        for (String name : List.of("alpha.png", "rotated.jpg", "plain.gif")) {
            new PictureFuzzTest().read(Files.readAllBytes(Path.of("src/test/resources/fuzz/PictureFuzzTest", name)));
        }
    }

    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".picture");
            try {
                Files.write(file, bytes);
                decode(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file can't be written", e);
        }
    }

    private static void decode(Path file) {
        try {
            PictureReader.Header header = PictureReader.header(file);
            Picture picture = PictureReader.read(file, new Rendering(Background.BLACK));
            boolean isWhole = picture.size().pixels() == header.size().pixels();
            if (isWhole && picture.numbers().length != picture.size().pixels() * picture.channels()) {
                throw new AssertionError("pixels of another size than the header's " + header.size());
            }
        } catch (IOException refused) {
            if (Failures.reason(refused).indexOf('\n') >= 0) {
                throw new AssertionError("a reason of more than one line", refused);
            }
        }
    }
}
