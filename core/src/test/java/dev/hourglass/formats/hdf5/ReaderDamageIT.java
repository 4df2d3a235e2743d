package dev.hourglass.formats.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every golden file cut after each byte, and with each byte damaged. */
class ReaderDamageIT {
    private static final Duration SOON = Duration.ofSeconds(1);

    @Test
    void aFileCutAnywhereIsRefusedOrEqual() throws IOException {
        files().forEach((name, whole) -> {
            String expected = Dump.of(Hdf5File.read(whole, name));
            for (int length = 0; length < whole.length; length++) {
                Optional<String> read = read(Arrays.copyOf(whole, length), name + " cut after " + length);
                read.ifPresent(dump -> assertThat(dump).as(name).isEqualTo(expected));
            }
        });
    }

    @Test
    void aFileWithADamagedByteIsRefusedOrRead() throws IOException {
        files().forEach((name, whole) -> {
            for (int at = 0; at < whole.length; at++) {
                for (int damage : new int[] {0x01, 0x80, 0xFF}) {
                    byte[] damaged = whole.clone();
                    damaged[at] ^= (byte) damage;
                    read(damaged, String.format("%s with byte %d ^ %02x", name, at, damage));
                }
            }
        });
    }

    /** Nothing if it was refused in the right way; any other exception fails the test with its cause. */
    private static Optional<String> read(byte[] bytes, String what) {
        long start = System.nanoTime();
        try {
            return Optional.of(Dump.of(Hdf5File.read(bytes, "model.h5")));
        } catch (CorruptFileException e) {
            assertThat(e.getMessage()).as(what).startsWith("model.h5, /").matches("[^\\n]*");
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        } finally {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(what).isLessThan(SOON);
        }
    }

    private static Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        GoldenFile.NAMES.forEach(name -> files.put(name, GoldenFile.bytes(name)));
        files.put("sample", WriterTest.bytes(WriterTest.SAMPLE));
        return files;
    }
}
