package dev.hourglass.server.runs;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a run that nobody works on ended, from its folder.
 *
 * @param states the first that the server gave it and the last two, if it ran there
 */
record RunEnding(StoredRun run, List<JsonNode> states) {
    /** What an event of state has beside the state if somebody asked for another, which counts as reached. */
    static final String ASKED = "asked";

    static RunEnding of(StoredRun run) {
        return new RunEnding(run, run.events().states());
    }

    private String last() {
        return last(states);
    }

    private static String last(List<JsonNode> states) {
        return states.isEmpty()
                ? ""
                : states.getLast()
                        .path(ASKED)
                        .asString(states.getLast().path("state").asString(""));
    }

    RunState state() {
        if (run.finished()) {
            return RunState.FINISHED;
        }
        return switch (last()) {
            case "stopped" -> RunState.STOPPED;
            case "failed" -> RunState.FAILED;
            default -> RunState.INTERRUPTED;
        };
    }

    @Nullable
    String failure() {
        JsonNode message = states.isEmpty() ? null : states.getLast().path("message");
        return message != null && message.isString() && state() == RunState.FAILED ? message.asString() : null;
    }

    /** Whether a server had it and went down: then it is taken up again, as {@link #unlessCutOff} says. */
    boolean wasCutOff() {
        return resumable()
                && List.of("queued", "running", "paused", "interrupted").contains(last())
                && !beforeCut().equals("stopped");
    }

    /** How it stood before the server went down. */
    RunState unlessCutOff() {
        return switch (beforeCut()) {
            case "paused" -> RunState.PAUSED;
            case "queued" -> RunState.QUEUED;
            default -> RunState.RUNNING;
        };
    }

    private String beforeCut() {
        return last().equals("interrupted") ? last(states.subList(0, states.size() - 1)) : last();
    }

    /** Whether there is something to go on from. */
    boolean resumable() {
        return run.isMarkedUnfinished() && run.has(RunShelf.JOURNAL);
    }

    /** When it was asked for or began. */
    Optional<Instant> created() {
        String text = states.isEmpty()
                ? run.json("run.json")
                        .path("start")
                        .asString(run.json(RunShelf.JOURNAL).path("start").asString(""))
                : states.getFirst().path("time").asString("");
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
