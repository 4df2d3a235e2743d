package dev.hourglass.server.runs;

import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.server.http.ErrorResponses;
import tools.jackson.core.JacksonException;

/** Logs what the server skips in a folder that may be a stranger's, in one line that is safe for a terminal. */
public final class PassedOver {
    private static final System.Logger LOG = System.getLogger(PassedOver.class.getName());
    private static final int MOST_CHARACTERS = 300;

    private PassedOver() {}

    /** @param what such as {@code Run mnist is left out} */
    public static void log(String what, String reason) {
        LOG.log(System.Logger.Level.WARNING, what + ": " + Excerpt.of(reason, MOST_CHARACTERS));
    }

    public static void log(String what, Exception e) {
        log(what, reason(e));
    }

    /** Without folders of this machine. */
    static String reason(Exception e) {
        return ErrorResponses.withoutFolders(
                e instanceof JacksonException json ? "no JSON: " + json.getOriginalMessage() : Failures.reason(e));
    }
}
