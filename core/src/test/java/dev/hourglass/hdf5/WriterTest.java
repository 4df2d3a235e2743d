package dev.hourglass.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.hdf5.Attribute.Other;
import dev.hourglass.hdf5.Attribute.Text;
import dev.hourglass.hdf5.Attribute.Texts;
import dev.hourglass.hdf5.Attribute.Whole;
import dev.hourglass.hdf5.Dataset.Values;
import dev.hourglass.hdf5.Dataset.WholeType;
import io.jhdf.HdfFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriterTest {
    /** jhdf reads all of these; it is an independent oracle. */
    static final Group SAMPLE = Group.builder()
            .attribute("keras_version", new Text("3.15.1"))
            .attribute("empty", new Text(""))
            .attribute("layer_names", new Texts(List.of("größer", "", "c1")))
            .attribute("no names", new Texts(List.of()))
            .attribute("depth", new Whole(-5))
            .dataset("layers/conv2d/vars/0", Dataset.floats(List.of(2, 3), ramp(6)))
            .dataset("layers/conv2d/vars/1", Dataset.floats(List.of(3), ramp(3)))
            .dataset("optimizer/iteration", Dataset.scalar(12))
            .dataset("optimizer/rate", Dataset.scalar(0.001f))
            .dataset("wide", new Dataset(List.of(2), new Values.Wholes(new long[] {1L << 40, -1}, WholeType.INT64)))
            .dataset("nothing", Dataset.floats(List.of(0, 4), new float[0]))
            .build();

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadEqual() throws IOException {
        assertEqual(Hdf5File.read(bytes(SAMPLE), "sample"), SAMPLE);
    }

    @Test
    void jhdfReadsWhatIsWritten() throws IOException {
        Path file = folder.resolve("sample.h5");
        Hdf5File.write(SAMPLE, file);

        try (HdfFile hdf = new HdfFile(file)) {
            assertThat(hdf.getAttribute("keras_version").getData()).isEqualTo("3.15.1");
            assertThat(hdf.getAttribute("layer_names").getData()).isEqualTo(new String[] {"größer", "", "c1"});
            assertThat(hdf.getAttribute("no names").getSize()).isZero();
            assertThat(hdf.getAttribute("depth").getData()).isEqualTo(-5L);
            assertThat(hdf.getDatasetByPath("layers/conv2d/vars/0").getData())
                    .isEqualTo(new float[][] {{0, 0.125f, 0.25f}, {0.375f, 0.5f, 0.625f}});
            assertThat(hdf.getDatasetByPath("optimizer/iteration").getData()).isEqualTo(12);
            assertThat(hdf.getDatasetByPath("optimizer/rate").getData()).isEqualTo(0.001f);
            assertThat(hdf.getDatasetByPath("wide").getData()).isEqualTo(new long[] {1L << 40, -1});
            assertThat(hdf.getDatasetByPath("nothing").getDimensions()).containsExactly(0, 4);
        }
    }

    @Test
    void aLongerFileLeavesNoTail() throws IOException {
        Path file = folder.resolve("model.h5");
        Files.write(file, new byte[100_000]);
        Hdf5File.write(SAMPLE, file);

        assertThat(Files.size(file)).isEqualTo(Hdf5File.size(SAMPLE)).isEqualTo(bytes(SAMPLE).length);
        assertEqual(Hdf5File.read(file), SAMPLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 30, 500, 3_000})
    void groupsOfAnySizeAreWritten(int count) throws IOException {
        Group.Builder builder = Group.builder();
        for (int i = 0; i < count; i++) {
            builder.group("layer_" + i).attribute("weight_names", new Texts(List.of("kernel" + i, "bias")));
        }
        Group root = builder.build();
        Path file = folder.resolve("groups.h5");
        Hdf5File.write(root, file);

        assertEqual(Hdf5File.read(file), root);
        try (HdfFile hdf = new HdfFile(file)) {
            assertThat(hdf.getChildren()).hasSize(count);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4_039, 4_040, 4_041, 4_064, 4_065, 65_536, 300_000})
    void textOfAnyLengthIsWritten(int length) throws IOException {
        Group root = Group.builder()
                .attribute("before", new Text("b"))
                .attribute("model_config", new Text("x".repeat(length)))
                .attribute("after", new Text("a"))
                .build();
        Path file = folder.resolve("text.h5");
        Hdf5File.write(root, file);

        assertEqual(Hdf5File.read(file), root);
        try (HdfFile hdf = new HdfFile(file)) {
            assertThat(hdf.getAttribute("model_config").getData()).isEqualTo("x".repeat(length));
            assertThat(hdf.getAttribute("after").getData()).isEqualTo("a");
        }
    }

    @Test
    void valuesAreStreamedAndNotGatheredInMemory() throws IOException {
        float[] values = new float[1 << 24];
        Group root = Group.builder()
                .dataset("large", Dataset.floats(List.of(values.length), values))
                .build();
        long[] largest = new long[2];
        Hdf5File.write(root, new OutputStream() {
            @Override
            public void write(int b) {
                largest[1]++;
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                largest[0] = Math.max(largest[0], count);
                largest[1] += count;
            }
        });

        assertThat(largest[0]).isLessThanOrEqualTo(1 << 16);
        assertThat(largest[1]).isEqualTo(Hdf5File.size(root)).isGreaterThan(1L << 26);
    }

    @Test
    void whatCantBeWrittenIsNamed() {
        assertUnwritable(Group.builder().attribute("f", new Other("float")), "can't write /@f of type float");
        assertUnwritable(
                Group.builder().dataset("a/d", new Dataset(List.of(), new Values.Other("compound"))),
                "can't write /a/d of type compound");
        assertUnwritable(
                Group.builder().attribute("names", new Texts(Collections.nCopies(5_000, "n"))),
                "bytes of /@names, at most 65,535");
    }

    @Test
    void checksumsAreBobJenkinss() {
        // From the comments of lookup3.c: hashlittle("Four score and seven years ago", 30, 0).
        byte[] text = "Four score and seven years ago".getBytes(StandardCharsets.US_ASCII);
        assertThat(Lookup3.hash(MemorySegment.ofArray(text))).isEqualTo(0x17770551);
        assertThat(Lookup3.hash(MemorySegment.ofArray(new byte[0]))).isEqualTo(0xdeadbeef);
    }

    private static void assertUnwritable(Group.Builder root, String message) {
        assertThatThrownBy(() -> bytes(root.build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void assertEqual(Group actual, Group expected) {
        assertThat(Dump.of(actual)).isEqualTo(Dump.of(expected));
    }

    static byte[] bytes(Group root) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Hdf5File.write(root, out);
        return out.toByteArray();
    }

    private static float[] ramp(int count) {
        float[] values = new float[count];
        IntStream.range(0, count).forEach(k -> values[k] = k / 8f);
        return values;
    }
}
