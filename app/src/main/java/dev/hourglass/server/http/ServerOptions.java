package dev.hourglass.server.http;

import dev.hourglass.data.catalog.DatasetCatalog;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * How the server runs.
 *
 * @param host the address it binds to, such as {@code 127.0.0.1}
 * @param port 0 to 65535; 0 takes a free one
 * @param runs the folder of run folders, made if it is missing
 * @param token what every request must bring; null for none, which only an address of this machine itself may have
 * @param catalog where data sets come from
 * @param clock of events and names
 * @param dataQuotaBytes how much room data that are brought to it may take, >= 0; 0 takes none
 */
public record ServerOptions(
        String host,
        int port,
        Path runs,
        @Nullable String token,
        DatasetCatalog catalog,
        InstantSource clock,
        long dataQuotaBytes) {
    public static final String LOCAL_HOST = "127.0.0.1";
    public static final int DEFAULT_PORT = 8501;

    /** Room for data that are brought, unless said otherwise. */
    public static final long DEFAULT_DATA_QUOTA_BYTES = 20L << 30;

    /** With room for data of the usual size. */
    public ServerOptions(
            String host, int port, Path runs, @Nullable String token, DatasetCatalog catalog, InstantSource clock) {
        this(host, port, runs, token, catalog, clock, DEFAULT_DATA_QUOTA_BYTES);
    }

    public ServerOptions withDataQuotaBytes(long value) {
        return new ServerOptions(host, port, runs, token, catalog, clock, value);
    }

    public ServerOptions {
        if (dataQuotaBytes < 0) {
            throw new IllegalArgumentException("dataQuotaBytes must be >= 0, got " + dataQuotaBytes);
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must be a name or an address, got '" + host + "'");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, got " + port);
        }
        if (token == null && !isLocal(host)) {
            throw new IllegalArgumentException("host " + host + " can be reached from elsewhere and needs a token");
        }
        if (token != null && token.length() < 16) {
            throw new IllegalArgumentException("token must have at least 16 characters, got " + token.length());
        }
    }

    /** Whether only this machine reaches the address. */
    public static boolean isLocal(String host) {
        return host.equals(LOCAL_HOST) || host.equals("localhost") || host.equals("::1");
    }
}
