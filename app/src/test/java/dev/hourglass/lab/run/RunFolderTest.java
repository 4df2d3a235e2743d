package dev.hourglass.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path parent;

    @Test
    void isMarkedIncompleteUntilItIsComplete() {
        Path path = parent.resolve("runs/one");
        try (RunFolder folder = RunFolder.create(path)) {
            folder.write("results/findings.txt", "Found.\n");
            assertThat(path.resolve("INCOMPLETE")).exists();

            folder.complete();
        }
        assertThat(path.resolve("INCOMPLETE")).doesNotExist();
        assertThat(path.resolve("results/findings.txt")).hasContent("Found.\n");
    }

    @Test
    void isRemovedWithTheFoldersMadeForItWhenTheRunFails() {
        try (RunFolder folder = RunFolder.create(parent.resolve("a/b/run"))) {
            folder.write("plots/comparison.png", "half");
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void anEmptyFolderOfTheUserStaysWhenTheRunFails() throws IOException {
        Path path = Files.createDirectory(parent.resolve("mine"));
        try (RunFolder folder = RunFolder.create(path)) {
            folder.write("run.json", "{}");
        }
        assertThat(path).isEmptyDirectory();
    }

    @Test
    void somebodyElsesFilesStayWhenTheRunFails() throws IOException {
        Path path = parent.resolve("run");
        try (RunFolder folder = RunFolder.create(path)) {
            folder.write("run.json", "{}");
            Files.writeString(path.resolve("notes.txt"), "mine");
        }
        assertThat(path).isDirectoryContaining("glob:**notes.txt");
        assertThat(path.resolve("run.json")).doesNotExist();
    }

    @Test
    void aFolderWithFilesIsRefusedAndKept() throws IOException {
        Files.writeString(parent.resolve("thesis.txt"), "years of work");

        assertThatThrownBy(() -> RunFolder.create(parent))
                .isInstanceOf(LabException.class)
                .hasMessage("Run folder " + parent
                        + " must be new or empty, found files in it. Choose another with --out DIR.");
        assertThat(parent.resolve("thesis.txt")).hasContent("years of work");
    }

    @Test
    void theFolderOfAnotherRunIsRefusedAndKept() {
        Path path = parent.resolve("run");
        try (RunFolder other = RunFolder.create(path)) {
            assertThatThrownBy(() -> RunFolder.create(path))
                    .isInstanceOf(LabException.class)
                    .hasMessageContaining("found a run that is not finished (it has a file INCOMPLETE)")
                    .hasMessageContaining("hourglass resume " + path);
            assertThat(other.path().resolve("INCOMPLETE")).exists();
        }
    }

    @Test
    void aFileIsRefused() throws IOException {
        Path file = Files.writeString(parent.resolve("out"), "x");

        assertThatThrownBy(() -> RunFolder.create(file))
                .hasMessage("Run folder " + file + " must be a folder, found a file. Choose another with --out DIR.");
    }

    @Test
    void aFolderBelowAFileIsRefused() throws IOException {
        Path file = Files.writeString(parent.resolve("out"), "x");

        assertThatThrownBy(() -> RunFolder.create(file.resolve("run")))
                .isInstanceOf(LabException.class)
                .hasMessageStartingWith("Run folder " + file.resolve("run") + " cannot be made: ")
                .hasMessageEndingWith("Choose another with --out DIR.");
    }
}
