package dev.hourglass.server;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/**
 * The runs that wait, so that they outlive the server: {@code .queue/NAME.json} in the folder of runs. An entry stays
 * until its run has a journal of its own to be taken up from.
 */
record RunQueueFolder(Path folder) {
    private static final System.Logger LOG = System.getLogger(RunQueueFolder.class.getName());
    private static final String EXTENSION = ".json";

    /** @throws ApiException 507 if the disk is full */
    void add(RunRequest request) {
        try {
            Files.createDirectories(folder);
            AtomicFile.write(file(request.run()), Answers.JSON.writeValueAsBytes(request.tree()));
        } catch (IOException e) {
            throw ApiException.notKept("The run", e);
        }
    }

    boolean has(String run) {
        return Files.exists(file(run), LinkOption.NOFOLLOW_LINKS);
    }

    /** @throws ApiException if it can't be removed */
    void remove(String run) {
        try {
            Files.deleteIfExists(file(run));
        } catch (IOException e) {
            throw ApiException.notKept("The queue of runs", e);
        }
    }

    /** Where it can't be removed, the next server finds that the run began already. */
    void removeIfPossible(String run) {
        try {
            remove(run);
        } catch (ApiException e) {
            LOG.log(System.Logger.Level.WARNING, "Run " + run + " stays in the queue: " + e.getMessage());
        }
    }

    /** In the order in which they were asked for; what is no entry of ours is named in the log and passed over. */
    List<RunRequest> all() {
        List<RunRequest> requests = new ArrayList<>();
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return requests;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(EXTENSION)).toList()) {
                try {
                    requests.add(read(file));
                } catch (IOException | JacksonException | ApiException e) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "Entry " + file.getFileName() + " of the queue is passed over: " + Failures.reason(e));
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The queue of runs cannot be read: " + Failures.reason(e));
        }
        requests.sort(Comparator.comparing(RunRequest::created).thenComparing(RunRequest::run));
        return requests;
    }

    private RunRequest read(Path file) throws IOException {
        RunRequest request = RunRequest.of(Answers.JSON.readTree(Files.readAllBytes(file)));
        if (!file.equals(file(request.run()))) {
            throw new IOException("it names run '" + Failing.excerpt(request.run()) + "'");
        }
        return request;
    }

    private Path file(String run) {
        return folder.resolve(run + EXTENSION);
    }
}
