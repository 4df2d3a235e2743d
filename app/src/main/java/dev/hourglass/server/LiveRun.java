package dev.hourglass.server;

import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.Recipe;
import dev.hourglass.train.RunControl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run that this server queued or trains, or did since it started. Thread-safe. */
final class LiveRun {
    private final String name;
    private final Path folder;
    private final Recipe recipe;
    private final @Nullable RunRequest request;
    private final EventLog log;
    private final RunEvents events;
    private final RunControl control = new RunControl();
    private final InstantSource clock;
    private final Instant created;
    private RunState state;
    private @Nullable String failure;
    private Duration worked = Duration.ZERO;
    private @Nullable Instant workingSince;

    /**
     * @param request what it began with; null for a run that was begun elsewhere
     * @param log with what was before
     */
    LiveRun(
            String name,
            Path folder,
            Recipe recipe,
            @Nullable RunRequest request,
            EventLog log,
            Instant created,
            InstantSource clock) {
        this.name = name;
        this.folder = folder;
        this.recipe = recipe;
        this.request = request;
        this.log = log;
        this.created = created;
        this.clock = clock;
        events = new RunEvents(log, recipe);
        state = RunState.QUEUED;
        enter(RunState.QUEUED, null);
    }

    String name() {
        return name;
    }

    Path folder() {
        return folder;
    }

    Recipe recipe() {
        return recipe;
    }

    @Nullable
    RunRequest request() {
        return request;
    }

    EventLog log() {
        return log;
    }

    RunEvents events() {
        return events;
    }

    RunControl control() {
        return control;
    }

    Instant created() {
        return created;
    }

    synchronized RunState state() {
        return state;
    }

    @Nullable
    synchronized String failure() {
        return failure;
    }

    /** Time at work in this server, pauses left out. */
    synchronized double seconds() {
        Instant since = workingSince;
        Duration now = since == null ? Duration.ZERO : Duration.between(since, clock.instant());
        return worked.plus(now).toMillis() / 1e3;
    }

    /** What the lab tells. The folder is the run's by the first event, so the log can be kept in it. */
    void accept(LabEvent event) {
        if (!log.isKept()) {
            keep();
        }
        events.accept(event);
    }

    private void keep() {
        try {
            Files.createDirectories(folder);
            if (request != null) {
                Files.write(folder.resolve(RunRequest.FILE), Answers.JSON.writeValueAsBytes(request.tree()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The request of a run cannot be kept", e);
        }
        log.keepIn(folder);
    }

    /** @param message why, if it needs saying */
    synchronized void enter(RunState next, @Nullable String message) {
        Instant since = workingSince;
        if (since != null) {
            worked = worked.plus(Duration.between(since, clock.instant()));
        }
        workingSince = next == RunState.RUNNING ? clock.instant() : null;
        state = next;
        failure = next == RunState.FAILED ? message : null;
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("state", next.key());
        fields.put("message", message);
        log.add("state", fields);
    }

    /** Nothing more comes. */
    void end(RunState last, @Nullable String message) {
        enter(last, message);
        if (Files.isDirectory(folder) || last == RunState.FAILED) {
            keepIfPossible();
        }
        log.close();
    }

    /** Where it is not, whoever follows the run sees its events all the same. */
    void keepIfPossible() {
        try {
            if (!log.isKept()) {
                keep();
            }
        } catch (UncheckedIOException e) {
            // The disk is full or the folder may not be written to; the run itself will say so.
        }
    }
}
