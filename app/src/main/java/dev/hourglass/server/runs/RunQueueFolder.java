package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.recipes.RunRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * The runs that wait, so that they outlive the server: {@code .queue/NAME.json} in the folder of runs. An entry stays
 * until its run has a journal of its own to be taken up from.
 */
record RunQueueFolder(ConfinedFolder runs) {
    private static final String FOLDER = ".queue";
    private static final String EXTENSION = ".json";
    /** Of a recipe as long as they may be, each character escaped. */
    private static final int MOST_BYTES = 4 << 20;

    /** @throws ApiException 507 if the disk is full */
    void add(RunRequest request) {
        try {
            runs.write(file(request.run()), Answers.JSON.writeValueAsBytes(request.tree()));
        } catch (IOException e) {
            throw ApiException.notKept("The run", e);
        }
    }

    boolean has(String run) {
        try {
            return runs.find(file(run)).isPresent();
        } catch (IOException e) {
            return false; // add says what is wrong
        }
    }

    /** @throws ApiException if it can't be removed */
    void remove(String run) {
        try {
            runs.delete(file(run));
        } catch (IOException e) {
            throw ApiException.notKept("The queue of runs", e);
        }
    }

    /** Where it can't be removed, the next server finds that the run began already. */
    void removeIfPossible(String run) {
        try {
            remove(run);
        } catch (ApiException e) {
            PassedOver.log("Run " + run + " stays in the queue", e);
        }
    }

    /** In the order in which they were asked for; anything else is reported in the log and skipped. */
    List<RunRequest> all() {
        List<RunRequest> requests = new ArrayList<>();
        try {
            for (ConfinedFolder.Entry entry : runs.list(FOLDER)) {
                if (entry.name().endsWith(EXTENSION)) {
                    read(entry.name()).ifPresent(requests::add);
                }
            }
        } catch (IOException e) {
            PassedOver.log("The queue of runs cannot be read", e);
        }
        requests.sort(Comparator.comparing(RunRequest::created).thenComparing(RunRequest::run));
        return requests;
    }

    private Optional<RunRequest> read(String file) {
        try {
            RunRequest request = RunRequest.of(Answers.JSON.readTree(runs.read(file, MOST_BYTES)));
            if (file.equals(file(request.run()))) {
                return Optional.of(request);
            }
            PassedOver.log(file + " is passed over", "it names run " + request.run());
        } catch (IOException | JacksonException | ApiException e) {
            PassedOver.log(file + " is passed over", e);
        }
        return Optional.empty();
    }

    private static String file(String run) {
        return FOLDER + "/" + run + EXTENSION;
    }
}
