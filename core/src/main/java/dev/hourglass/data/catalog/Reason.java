package dev.hourglass.data.catalog;

import dev.hourglass.files.Failures;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;

/** Why a source or a file cannot be read, in words for a message. */
final class Reason {
    private Reason() {}

    static String of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case UnresolvedAddressException ignored -> {
                    return "unknown host";
                }
                case UnknownHostException ignored -> {
                    return "unknown host";
                }
                case HttpConnectTimeoutException ignored -> {
                    return "no connection in time";
                }
                default -> {}
            }
        }
        return failure instanceof ConnectException && failure.getMessage() == null
                ? "connection refused"
                : Failures.reason(failure);
    }
}
