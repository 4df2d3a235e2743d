package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.images.decode.ColourProfile;
import dev.hourglass.data.images.decode.JpegHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RenderingTest {
    private static byte[] profile(String jpeg) throws Exception {
        Path file =
                Path.of(Objects.requireNonNull(RenderingTest.class.getResource("/dev/hourglass/data/pictures/" + jpeg))
                        .toURI());
        return JpegHeader.read(Files.readAllBytes(file)).profile().orElseThrow();
    }

    @Test
    void aProfileIsReadOnceForAllPicturesThatHaveIt() throws Exception {
        byte[] profile = profile("profile.jpg");
        byte[] srgb = profile("srgb.jpg");
        Rendering rendering = new Rendering(Background.BLACK);

        Optional<ColourProfile> first = rendering.conversion(profile, Picture.RGB);
        assertThat(first).isPresent();
        assertThat(rendering.conversion(profile.clone(), Picture.RGB)).isSameAs(first);
        assertThat(rendering.conversion(srgb, Picture.RGB)).isEmpty();
        assertThat(rendering.conversion(profile, Picture.RGB)).isPresent().isNotSameAs(first);
    }

    @Test
    void aProfileOfOtherColoursIsRefusedAfterAPictureThatItSuited() throws Exception {
        byte[] profile = profile("profile.jpg");
        Rendering rendering = new Rendering(Background.BLACK);
        rendering.conversion(profile, Picture.RGB);

        for (int tries = 0; tries < 2; tries++) {
            assertThatThrownBy(() -> rendering.conversion(profile, Picture.GRAY))
                    .isInstanceOf(IOException.class)
                    .hasMessage("its colour profile is one of other colours");
        }
        assertThat(rendering.conversion(profile, Picture.RGB)).isPresent();
    }
}
