package dev.hourglass.server.runs;

import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import tools.jackson.core.JacksonException;

/** Names in the log what a stranger's folder has and the server does without, in one line that no terminal obeys. */
public final class PassedOver {
    private static final System.Logger LOG = System.getLogger(PassedOver.class.getName());
    private static final int MOST_CHARACTERS = 300;

    private PassedOver() {}

    /** @param what such as {@code Run mnist is left out} */
    public static void log(String what, String reason) {
        LOG.log(System.Logger.Level.WARNING, what + ": " + Excerpt.of(reason, MOST_CHARACTERS));
    }

    public static void log(String what, Exception e) {
        log(what, e instanceof JacksonException json ? "no JSON: " + json.getOriginalMessage() : Failures.reason(e));
    }
}
