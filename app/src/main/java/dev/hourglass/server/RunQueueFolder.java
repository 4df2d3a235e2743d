package dev.hourglass.server;

import dev.hourglass.files.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/** The runs that wait, so that they outlive the server: {@code .queue/NAME.json} in the folder of runs. */
record RunQueueFolder(Path folder) {
    void add(RunRequest request) {
        try {
            Files.createDirectories(folder);
            AtomicFile.write(file(request.run()), Answers.JSON.writeValueAsBytes(request.tree()));
        } catch (IOException e) {
            throw new UncheckedIOException("The queue of runs cannot be kept", e);
        }
    }

    void remove(String run) {
        try {
            Files.deleteIfExists(file(run));
        } catch (IOException e) {
            throw new UncheckedIOException("The queue of runs cannot be kept", e);
        }
    }

    /** In the order in which they were asked for. */
    List<RunRequest> all() {
        List<RunRequest> requests = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return requests;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                try {
                    requests.add(RunRequest.of(Answers.JSON.readTree(Files.readAllBytes(file))));
                } catch (JacksonException | ApiException e) {
                    // Somebody else's file.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The queue of runs cannot be read", e);
        }
        requests.sort(Comparator.comparing(RunRequest::created).thenComparing(RunRequest::run));
        return requests;
    }

    private Path file(String run) {
        return folder.resolve(run + ".json");
    }
}
