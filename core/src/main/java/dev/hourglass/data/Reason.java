package dev.hourglass.data;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What an exception of the platform means, in words for a message; several of them carry only a path or nothing. */
final class Reason {
    private Reason() {}

    static String of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case NoSuchFileException ignored -> {
                    return "no such file";
                }
                case AccessDeniedException ignored -> {
                    return "access denied";
                }
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
        if (failure.getMessage() != null) {
            return failure.getMessage();
        }
        return failure instanceof ConnectException
                ? "connection refused"
                : failure.getClass().getSimpleName();
    }
}
