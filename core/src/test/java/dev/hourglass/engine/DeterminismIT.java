package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The same bits in every weight, however many threads compute and with whatever registers. */
@TestInstance(Lifecycle.PER_CLASS)
final class DeterminismIT {
    /** By model, on two threads with the widest registers: what both tests hold the others against. */
    private final Map<AutoencoderSpec, String> onTwoThreads = new LinkedHashMap<>();

    @BeforeAll
    void trainOnTwoThreads() {
        for (AutoencoderSpec model : LabRun.MODELS) {
            onTwoThreads.put(model, LabRun.digestAfterSteps(model, Kernels.best(), 2));
        }
    }

    @Test
    void weightsAreTheSameBitsAtOneTwoThreeAndFourThreadsAndInPlainJava() {
        for (AutoencoderSpec model : LabRun.MODELS) {
            Map<String, String> digests = new TreeMap<>();
            digests.put("2 threads", Objects.requireNonNull(onTwoThreads.get(model)));
            for (int threads : new int[] {1, 3, 4}) {
                digests.put(threads + " threads", LabRun.digestAfterSteps(model, Kernels.best(), threads));
            }
            digests.put("plain Java", LabRun.digestAfterSteps(model, Kernels.plain(), 2));
            assertThat(digests.values()).as("%s: %s", model.name(), digests).containsOnly(digests.get("1 threads"));
        }
    }

    @Test
    void weightsAreTheSameBitsAtEveryVectorWidth() throws IOException, InterruptedException {
        List<String> expected = List.copyOf(onTwoThreads.values());
        assertThat(inOwnJvm("256 bits", "-XX:UseAVX=2", "-XX:MaxVectorSize=32")).isEqualTo(expected);
        assertThat(inOwnJvm("128 bits", "-XX:UseAVX=2", "-XX:MaxVectorSize=16")).isEqualTo(expected);
        assertThat(inOwnJvm("plain Java", "-Dhourglass.plainKernels=true")).isEqualTo(expected);
    }

    private static List<String> inOwnJvm(String kernels, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-XX:+IgnoreUnrecognizedVMOptions"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LabRun.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).isZero();
        assertThat(lines.getFirst()).endsWith(kernels);
        return lines.subList(1, lines.size());
    }
}
