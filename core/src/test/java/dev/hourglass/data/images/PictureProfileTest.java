package dev.hourglass.data.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.images.PictureProfile.Count;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureProfileTest {
    @TempDir
    private Path folder;

    @Test
    void picturesAreCountedBySizeKindColourAndClass() throws IOException {
        put("cats/1.png", 6, 4, BufferedImage.TYPE_BYTE_GRAY);
        put("cats/2.png", 6, 4, BufferedImage.TYPE_USHORT_GRAY);
        put("dogs/1.jpg", 9, 20, BufferedImage.TYPE_INT_RGB);
        put("dogs/named.png", 6, 4, BufferedImage.TYPE_INT_RGB, "bmp");
        Files.writeString(folder.resolve("dogs/broken.png"), "no picture");
        Files.writeString(folder.resolve("dogs/photo.heic"), "of a telephone");

        PictureProfile profile = PictureProfile.of(folder);

        assertThat(profile.files()).hasSize(4);
        assertThat(profile.sizes())
                .containsExactly(new Count<>(new Picture.Size(6, 4), 3), new Count<>(new Picture.Size(9, 20), 1));
        assertThat(profile.kinds())
                .containsExactly(new Count<>("PNG", 2), new Count<>("BMP", 1), new Count<>("JPEG", 1));
        assertThat(profile.colour()).isEqualTo(2);
        assertThat(profile.deep()).isEqualTo(1);
        assertThat(profile.classes()).containsExactly(new Count<>("cats", 2), new Count<>("dogs", 2));
        assertThat(profile.testing()).isZero();
        assertThat(profile.middleSize()).isEqualTo(new Picture.Size(6, 4));
        assertThat(profile.skipped())
                .extracting(ImageFolder.Skipped::reason)
                .containsExactlyInAnyOrder(
                        "none of PNG, JPEG, GIF, BMP, TIFF and WebP", "HEIC is not read; convert it to PNG or JPEG");
    }

    @Test
    void someAreShownSmallAndThoseWithDamagedPixelsNamed() throws IOException {
        put("train/1.png", 60, 40, BufferedImage.TYPE_INT_RGB);
        Path cut = put("train/2.png", 60, 40, BufferedImage.TYPE_INT_RGB);
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 60));
        put("test/3.png", 5, 4, BufferedImage.TYPE_BYTE_GRAY);

        PictureProfile profile = PictureProfile.of(folder);
        PictureProfile.Look look = profile.some(10, 30);

        assertThat(profile.testing()).isEqualTo(1);
        assertThat(look.shown()).extracting(PictureProfile.Shown::name).containsExactly("train/1.png", "test/3.png");
        assertThat(look.shown())
                .extracting(shown -> shown.picture().size())
                .containsExactly(new Picture.Size(30, 20), new Picture.Size(5, 4));
        assertThat(look.damaged()).extracting(ImageFolder.Skipped::file).containsExactly(cut);
        assertThat(profile.some(1, 30).shown()).hasSize(1);
    }

    private Path put(String name, int width, int height, int type) throws IOException {
        return put(name, width, height, type, name.substring(name.lastIndexOf('.') + 1));
    }

    private Path put(String name, int width, int height, int type, String kind) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        assertThat(ImageIO.write(new BufferedImage(width, height, type), kind, file.toFile()))
                .isTrue();
        return file;
    }
}
