package dev.hourglass.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.hdf5.Attribute.Text;
import dev.hourglass.hdf5.Attribute.Whole;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that would make a trusting reader follow, guess, allocate or run without end. */
@Timeout(10)
class ReaderHostileTest {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        soft-link.h5              | /  | a soft link
        soft-link-latest.h5       | /  | the soft link 'x'
        external-link.h5          | /  | the external link 'x'
        hard-link.h5              | /y | a second one, a cycle or a hard link
        cycle.h5                  | /a/b/up | a second one, a cycle or a hard link
        external-storage.h5       | /x | a list of external files
        virtual.h5                | /x | a virtual data set, whose values are in others
        lzf.h5                    | /x | filter 32000
        fletcher32.h5             | /x | filter 3
        scale-offset.h5           | /x | filter 6
        unwritten.h5              | /x | no address
        unwritten-chunks.h5       | /x | found 1.
        growing-latest.h5         | /x | index type 4
        many-links-latest.h5      | /  | them in a fractal heap
        many-attributes-latest.h5 | /  | them in a fractal heap
        shared-type.h5            | /t | neither
        """)
    void whatHdf5AllowsAndAModelMayNotIsRefused(String file, String object, String found) {
        assertRefused(GoldenFile.bytes("hostile/" + file), object, found);
    }

    @Test
    void dimensionsThatOverflowAreRefused() {
        byte[] file = GoldenFile.bytes("keras.weights.h5");
        patch(file, longs(32, 3), longs(1L << 62, 1L << 62));
        assertRefused(file, "/layers/dense/vars/0", "found 4,611,686,018,427,387,904");
    }

    @Test
    void dimensionsBeyondAnArrayAreRefused() {
        byte[] file = GoldenFile.bytes("keras.weights.h5");
        patch(file, longs(32, 3), longs(1 << 20, 1 << 20));
        assertRefused(file, "/layers/dense/vars/0", "found [1048576] x 1,048,576");
    }

    @Test
    void dimensionsWithoutStoredBytesAreRefused() {
        byte[] file = GoldenFile.bytes("keras.weights.h5");
        patch(file, longs(32, 3), longs(1 << 20, 3));
        assertRefused(file, "/layers/dense/vars/0", "12,582,912 bytes for values of [1048576, 3], found 384");
    }

    @Test
    void aSizeBeyondTheFileIsRefused() {
        byte[] file = GoldenFile.bytes("keras.weights.h5");
        patch(file, longs(32, 3), longs(1 << 20, 3));
        patch(file, longs(384), longs(12_582_912));
        assertRefused(file, "/layers/dense/vars/0", "12,582,912 bytes of values within the file's 21,");
    }

    @Test
    void aChunkThatDeflateCantPackIsRefused() {
        byte[] file = GoldenFile.bytes("chunks.h5");
        patch(file, ints(5, 7, 4), ints(1 << 20, 7, 4));
        assertRefused(file, "/single", "29,360,128 bytes in each chunk");
    }

    @Test
    void valuesThatDontFitIntoMemoryAreRefusedBeforeTheyAreRead() throws IOException {
        Group root = Group.builder()
                .dataset("large", Dataset.floats(List.of(1_000), new float[1_000]))
                .build();
        MemorySegment file = MemorySegment.ofArray(WriterTest.bytes(root));
        assertThatThrownBy(() -> Reader.read(file, "model.h5", () -> 3_999, false))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage("model.h5, /large: expected values that fit into memory (3,999 bytes are free), "
                        + "found 4,000 bytes. Give the JVM more memory with -Xmx, or a smaller file.");
    }

    @Test
    void groupsTooDeepInEachOtherAreRefused() throws IOException {
        Group.Builder root = Group.builder();
        root.group("g/".repeat(64) + "g");
        assertRefused(WriterTest.bytes(root.build()), "/g/g", "at most 64 groups in each other");
    }

    @Test
    void tooManyObjectsAreRefused() throws IOException {
        Group.Builder root = Group.builder();
        for (int group = 0; group < 401; group++) {
            for (int i = 0; i < 50; i++) {
                root.group("g" + group).group("" + i);
            }
        }
        assertRefused(WriterTest.bytes(root.build()), "/g", "at most 20,000 objects, found more");
    }

    @Test
    void tooMuchTextIsRefused() throws IOException {
        Group.Builder root = Group.builder();
        for (int i = 0; i < 5; i++) {
            root.attribute("a" + i, new Text("x".repeat(8_000_000)));
        }
        assertRefused(WriterTest.bytes(root.build()), "/", "at most 33,554,432 bytes in all, found more");
    }

    @Test
    void oneTextThatIsPointedToAThousandTimesIsRefused() throws IOException {
        Group.Builder root = Group.builder().attribute("text", new Text("x".repeat(100_000)));
        for (int i = 0; i < 1_000; i++) {
            root.attribute("a" + i, new Text("small"));
        }
        byte[] file = WriterTest.bytes(root.build());
        // A scalar space, then the element: length, heap, number. The small ones are made to point to the large text.
        byte[] small = ints(2, 5);
        byte[] large = ints(2, 100_000, 48, 0, 1);
        for (int at = find(file, small, 0); at >= 0; at = find(file, small, at)) {
            System.arraycopy(large, 0, file, at, large.length);
        }
        fixRootsChecksum(file);
        assertRefused(file, "/", "the same bytes in use many times");
    }

    @Test
    void tooManyAttributesAreRefused() throws IOException {
        Group.Builder root = Group.builder();
        for (int i = 0; i < 70_000; i++) {
            root.attribute("a" + i, new Whole(i));
        }
        assertRefused(WriterTest.bytes(root.build()), "/", "at most 65535 messages in a header, found more");
    }

    @Test
    void namesCantBreakTheLineOfAnError() throws IOException {
        String name = "a\nb\u001b[31m\u202e" + "x".repeat(300);
        byte[] file = WriterTest.bytes(
                Group.builder().dataset(name, Dataset.scalar(1f)).build());
        MemorySegment bytes = MemorySegment.ofArray(file);
        assertThatThrownBy(() -> Reader.read(bytes, "model.h5", () -> 0, false))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("model.h5, /a?b?[31m?xxx")
                .message()
                .matches("[ -~…]*")
                .contains("xxx…: expected");
    }

    @Test
    void whatIsNoHdf5FileIsRefused() {
        assertRefused(new byte[0], "/", "one without its signature");
        assertRefused(new byte[1_000], "/", "one without its signature");
        assertRefused("{\"keras\": 3}".getBytes(StandardCharsets.UTF_8), "/", "an HDF5 file");
    }

    @Test
    void aFileIsRefusedByItsPath() throws IOException {
        Path file = folder.resolve("cut.h5");
        byte[] whole = GoldenFile.bytes("keras-legacy.h5");
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> Hdf5File.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ", / at byte 40: expected a file of 24,056 bytes, found 24,055. "
                        + "The file is damaged or cut short; take it from its source again.");
    }

    private static void assertRefused(byte[] file, String object, String reason) {
        long start = THREADS.getCurrentThreadCpuTime(); // what else runs on the machine is not the reader's
        assertThatThrownBy(() -> Hdf5File.read(file, "model.h5"))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("model.h5, " + object)
                .hasMessageContaining(reason)
                .message()
                .doesNotContain("\n");
        assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - start)).isLessThan(SOON);
    }

    private static void fixRootsChecksum(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int root = (int) bytes.getLong(36);
        assertThat(bytes.get(root + 5)).as("a header whose size has 2 bytes").isEqualTo((byte) 1);
        int length = 8 + Short.toUnsignedInt(bytes.getShort(root + 6));
        bytes.putInt(root + length, Lookup3.hash(MemorySegment.ofArray(file).asSlice(root, length)));
    }

    /** Patches the first place where these bytes are. */
    private static void patch(byte[] file, byte[] from, byte[] to) {
        int at = find(file, from, 0);
        assertThat(at).as("where the patch goes").isNotNegative();
        System.arraycopy(to, 0, file, at, to.length);
    }

    private static int find(byte[] file, byte[] pattern, int from) {
        for (int at = from; at <= file.length - pattern.length; at++) {
            if (ByteBuffer.wrap(file, at, pattern.length).equals(ByteBuffer.wrap(pattern))) {
                return at;
            }
        }
        return -1;
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }
}
