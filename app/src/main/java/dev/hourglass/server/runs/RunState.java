package dev.hourglass.server.runs;

import java.util.Locale;

/** The state of a run. */
enum RunState {
    QUEUED,
    RUNNING,
    PAUSED,
    /** Somebody stopped it; it can go on. */
    STOPPED,
    /** The server or the machine went down while it ran; it can go on. */
    INTERRUPTED,
    FAILED,
    FINISHED;

    /** Whether nothing more happens unless somebody asks for it. */
    boolean over() {
        return switch (this) {
            case QUEUED, RUNNING, PAUSED -> false;
            case STOPPED, INTERRUPTED, FAILED, FINISHED -> true;
        };
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
