package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoundProfileTest {
    @TempDir
    private Path folder;

    @Test
    void lengthsRatesChannelsAndClassesAreThoseOfTheHeaders() throws IOException {
        wav("hum/a.wav", 8_000, 1, 4_000);
        wav("hum/b.wav", 8_000, 2, 8_000);
        wav("click/c.wav", 16_000, 1, 48_000);
        Files.writeString(folder.resolve("click/broken.wav"), "RIFF and nothing else");

        SoundProfile profile = SoundProfile.of(folder);

        assertThat(profile.seconds()).containsExactly(0.5, 1, 3);
        assertThat(profile.rates())
                .containsExactly(new SoundProfile.Count<>(8_000, 2), new SoundProfile.Count<>(16_000, 1));
        assertThat(profile.channels()).containsExactly(new SoundProfile.Count<>(1, 2), new SoundProfile.Count<>(2, 1));
        assertThat(profile.bits()).containsExactly(new SoundProfile.Count<>(16, 3));
        assertThat(profile.classes())
                .containsExactly(new SoundProfile.Count<>("click", 1), new SoundProfile.Count<>("hum", 2));
        assertThat(profile.unread()).singleElement().satisfies(unread -> {
            assertThat(unread.name()).isEqualTo("click/broken.wav");
            assertThat(unread.reason()).contains("expected RIFF and WAVE");
        });
    }

    @Test
    void aPartToTestByIsCountedApart() throws IOException {
        wav("train/a.wav", 8_000, 1, 800);
        wav("train/b.wav", 8_000, 1, 800);
        wav("test/c.wav", 8_000, 1, 800);

        SoundProfile profile = SoundProfile.of(folder);

        assertThat(profile.sounds()).extracting(SoundProfile.Sound::name).containsExactly("a.wav", "b.wav");
        assertThat(profile.testing()).isEqualTo(1);
        assertThat(profile.classes()).isEmpty();
    }

    @Test
    void aFolderWithoutAReadableSoundIsRefused() throws IOException {
        Files.writeString(folder.resolve("broken.wav"), "RIFF and nothing else");

        assertThatThrownBy(() -> SoundProfile.of(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("none of its WAV files can be read, such as broken.wav: expected RIFF and WAVE");
    }

    private void wav(String name, int rate, int channels, int frames) throws IOException {
        int bytes = frames * channels * 2;
        ByteBuffer wav = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + bytes);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        wav.putShort((short) 1).putShort((short) channels).putInt(rate).putInt(rate * channels * 2);
        wav.putShort((short) (channels * 2)).putShort((short) 16);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, wav.array());
    }
}
