package dev.hourglass.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Every golden file cut after each byte, and with each byte damaged. */
class ReaderDamageIT {
    /** Of the processor, so that a busy machine fails no test. */
    private static final long SOON_NANOS = 1_000_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Test
    void aFileCutAnywhereIsRefusedOrEqual() throws IOException {
        files().forEach((name, whole) -> {
            String expected = Dump.of(Hdf5File.read(whole, name));
            for (int length = 0; length < whole.length; length++) {
                int cut = length;
                Optional<Group> read = read(Arrays.copyOf(whole, cut), () -> name + " cut after " + cut);
                read.ifPresent(root -> assertThat(Dump.of(root)).as(name).isEqualTo(expected));
            }
        });
    }

    @Test
    void aFileWithADamagedByteIsRefusedOrRead() throws IOException {
        files().forEach((name, whole) -> {
            byte[] damaged = whole.clone();
            for (int each = 0; each < whole.length; each++) {
                int at = each;
                for (int damage : new int[] {0x01, 0x80, 0xFF}) {
                    damaged[at] = (byte) (whole[at] ^ damage);
                    read(damaged, () -> String.format("%s with byte %d ^ %02x", name, at, damage));
                }
                damaged[at] = whole[at];
            }
        });
    }

    /**
     * The whole tree with all its numbers; nothing if it was refused in the right way. Any other exception fails the test
     * with its cause. Called half a million times, so that words are found for what went wrong alone.
     */
    private static Optional<Group> read(byte[] bytes, Supplier<String> what) {
        long start = THREADS.getCurrentThreadCpuTime();
        Optional<Group> tree = treeOrRefusal(bytes, what);
        long nanos = THREADS.getCurrentThreadCpuTime() - start;
        if (nanos >= SOON_NANOS) {
            throw new AssertionError(what.get() + " took " + nanos + " ns");
        }
        return tree;
    }

    private static Optional<Group> treeOrRefusal(byte[] bytes, Supplier<String> what) {
        try {
            return Optional.of(Hdf5File.read(bytes, "model.h5"));
        } catch (CorruptFileException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.startsWith("model.h5, /") || message.indexOf('\n') >= 0) {
                throw new AssertionError(what.get() + ": " + message);
            }
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what.get(), e);
        }
    }

    private static Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        GoldenFile.NAMES.forEach(name -> files.put(name, GoldenFile.bytes(name)));
        files.put("sample", WriterTest.bytes(WriterTest.SAMPLE));
        return files;
    }
}
