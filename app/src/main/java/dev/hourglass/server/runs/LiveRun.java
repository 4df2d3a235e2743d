package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.recipes.RunRequest;
import dev.hourglass.train.RunControl;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run that this server queued or trains, or did since it started. Thread-safe. */
public final class LiveRun {
    private final String name;
    private final ConfinedFolder runs;
    private final Recipe recipe;
    private final @Nullable RunRequest request;
    private final EventLog log;
    private final RunEvents events;
    private final RunControl control = new RunControl();
    private final Instant created;
    private RunState state = RunState.QUEUED;
    private @Nullable String failure;
    private long workedNanos;
    /** By the monotonic clock; counts while the run is at work. */
    private long workingSince;

    private LiveRun(
            String name,
            ConfinedFolder runs,
            Recipe recipe,
            @Nullable RunRequest request,
            Instant created,
            EventLog log) {
        this.name = name;
        this.runs = runs;
        this.recipe = recipe;
        this.request = request;
        this.log = log;
        this.created = created;
        events = new RunEvents(log, recipe);
        enter(RunState.QUEUED, null);
    }

    /** A new run. */
    static LiveRun asked(RunRequest request, ConfinedFolder runs, Recipe recipe, EventLog log) {
        return new LiveRun(request.run(), runs, recipe, request, request.created(), log);
    }

    /**
     * One that was begun before.
     *
     * @param log with what was before
     */
    static LiveRun goingOn(StoredRun run, ConfinedFolder runs, Instant created, EventLog log) {
        return new LiveRun(run.name(), runs, run.recipe(), null, created, log);
    }

    public String name() {
        return name;
    }

    /** Where its folder is or shall be. */
    Path path() {
        return runs.path(name);
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
        return (workedNanos + nanosAtWork()) / 1e9;
    }

    private long nanosAtWork() {
        return state == RunState.RUNNING ? System.nanoTime() - workingSince : 0;
    }

    /** What the lab tells. The folder is the run's by the first event, so the log can be kept in it. */
    void accept(LabEvent event) {
        if (!log.isKept()) {
            keep();
        }
        events.accept(event);
    }

    /**
     * Keeps the log in the folder from now on.
     *
     * @throws ApiException 507 if the disk is full
     */
    void keep() {
        try {
            ConfinedFolder folder = runs.folder(name);
            if (request != null) {
                folder.write(RunRequest.FILE, Answers.JSON.writeValueAsBytes(request.tree()));
            }
            log.keepIn(folder);
        } catch (IOException e) {
            throw ApiException.notKept("The run", e);
        }
    }

    /** @param message why, if it needs saying */
    synchronized void enter(RunState next, @Nullable String message) {
        log.add("state", fields(next, message));
        change(next, message);
    }

    /**
     * As {@link #enter}, for what somebody asked for.
     *
     * @throws ApiException 507 if the disk is full; then nothing changes
     */
    synchronized void enterIfKept(RunState next, @Nullable String message) {
        addKept(fields(next, message));
        change(next, message);
    }

    /**
     * Keeps that somebody wants it stopped: a disk that fills up until it has stopped may not take that it did.
     *
     * @throws ApiException 507 if the disk is full; then nothing changes
     */
    synchronized void askToStop() {
        Map<String, @Nullable Object> fields = fields(state, "It was asked to stop.");
        fields.put(RunEnding.ASKED, RunState.STOPPED.key());
        addKept(fields);
    }

    private void addKept(Map<String, @Nullable Object> fields) {
        try {
            log.addKept("state", fields);
        } catch (IOException e) {
            throw ApiException.notKept("The run's state", e);
        }
    }

    private static Map<String, @Nullable Object> fields(RunState state, @Nullable String message) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("state", state.key());
        fields.put("message", message);
        return fields;
    }

    private void change(RunState next, @Nullable String message) {
        workedNanos += nanosAtWork();
        workingSince = System.nanoTime();
        state = next;
        failure = next == RunState.FAILED ? message : null;
    }

    /** Nothing more comes. Whoever sees the last state may go on with the run: its log is closed. */
    synchronized void end(RunState last, @Nullable String message) {
        enter(last, message);
        log.close();
    }

    /** As {@link #end}; a run that ended before it had a folder gets one that says why, unless the name is another's by now. */
    synchronized void endAndKeep(RunState last, @Nullable String message) {
        enter(last, message);
        if (!log.isKept()) {
            try {
                if (runs.find(name).isEmpty()) {
                    runs.createFolder(name);
                    keep();
                }
            } catch (IOException | ApiException e) {
                PassedOver.log("The outcome of run " + name + " could not be saved", e);
            }
        }
        log.close();
    }
}
