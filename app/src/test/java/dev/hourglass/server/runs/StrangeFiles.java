package dev.hourglass.server.runs;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a stranger may put into a run folder. */
public final class StrangeFiles {
    private StrangeFiles() {}

    /** A named pipe, which nobody opens at the other end; the test is left out where there are none. */
    public static void pipe(Path file) throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        assumeThat(succeeds("mkfifo", file.toString())).isTrue();
    }

    /** Whether a command ends well; not where there is none of that name. */
    public static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** A file that takes no room on most disks. */
    public static void large(Path file, long bytes) throws IOException {
        Files.deleteIfExists(file);
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(bytes);
        }
    }

    public static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            List<Path> files = all.toList();
            for (Path file : files) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** Every name below a folder, links not followed. */
    public static List<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }
}
