package dev.hourglass.server.http;

import dev.hourglass.files.Failures;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A request that can't be answered as asked: what becomes {@code {"error": {message, field, fix}}}. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable String field;
    private final @Nullable String fix;

    private ApiException(int status, @Nullable String field, String message, @Nullable String fix) {
        super(message, null, false, false); // it is an answer; where it comes from is nobody's question
        this.status = status;
        this.field = field;
        this.fix = fix;
    }

    /** The request is malformed: 400. */
    public static ApiException malformed(@Nullable String field, String message, String fix) {
        return new ApiException(400, field, message, fix);
    }

    /** There is no such thing: 404. */
    public static ApiException missing(@Nullable String field, String message, String fix) {
        return new ApiException(404, field, message, fix);
    }

    /** Not in the state it is in: 409. */
    public static ApiException conflict(String message, String fix) {
        return new ApiException(409, null, message, fix);
    }

    /** There is more to do than will soon be done: 503. */
    public static ApiException busy() {
        return new ApiException(503, null, "The model has too much to do.", "Ask again in a second.");
    }

    /** The request is well-formed, but what it asks for is impossible: 422. */
    public static ApiException impossible(@Nullable String field, String message, @Nullable String fix) {
        return new ApiException(422, field, message, fix);
    }

    /**
     * What was asked for can't be written to the disk: 507 if that is full, else 500.
     *
     * @param what such as {@code The run}
     */
    public static ApiException notKept(String what, IOException e) {
        String message = what + " cannot be kept: " + ErrorResponses.withoutFolders(Failures.reason(e)) + ".";
        return isFull(e)
                ? new ApiException(507, null, message, "Make room on the server's disk.")
                : new ApiException(500, null, message, "Make sure that the server can write to its folder of runs.");
    }

    /** What should be on the disk can't be read: 500. */
    public static ApiException unreadable(String what, IOException e) {
        return new ApiException(
                500,
                null,
                what + " cannot be read: " + ErrorResponses.withoutFolders(Failures.reason(e)) + ".",
                "Make sure that the server can read its folder of runs.");
    }

    /** Java has no exception for it; these are the words of Linux, macOS and Windows. */
    private static boolean isFull(IOException e) {
        String reason = Failures.reason(e).toLowerCase(Locale.ROOT);
        return Stream.of("no space left", "quota exceeded", "not enough space", "disk full")
                .anyMatch(reason::contains);
    }

    public static ApiException of(int status, @Nullable String field, String message, String fix) {
        return new ApiException(status, field, message, fix);
    }

    int status() {
        return status;
    }

    /** The parameter or field that is to blame, or null. */
    public @Nullable String field() {
        return field;
    }

    /** What to do; null where the message says it. */
    @Nullable
    String fix() {
        return fix;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
