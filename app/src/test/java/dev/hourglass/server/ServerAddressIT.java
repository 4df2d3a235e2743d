package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.server.http.ServerException;
import dev.hourglass.server.http.ServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressIT {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    private Path runs;

    private ServerOptions options(String host, int port) {
        return new ServerOptions(host, port, runs, TOKEN, DatasetCatalog.standard(), InstantSource.system());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void aHostMustBeNamed(String host) {
        assertThatThrownBy(() -> options(host, 0)).hasMessage("host must be a name or an address, got '" + host + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere.invalid", "256.1.1.1", "not a host"})
    void aHostThatDoesNotResolveIsCalledSo(String host) {
        assertThatThrownBy(() -> WorkbenchServer.start(options(host, 0)))
                .isInstanceOf(ServerException.class)
                .hasMessageStartingWith("Host '" + host + "' has no address.");
    }

    @Test
    void anAddressOfAnotherMachineIsCalledSo() {
        assertThatThrownBy(() -> WorkbenchServer.start(options("192.0.2.7", 0)))
                .isInstanceOf(ServerException.class)
                .hasMessage("Can't listen at 192.0.2.7:0: this machine has no such address."
                        + " Choose another with --host.");
    }

    @Test
    void aPortThatIsTakenIsCalledSo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> WorkbenchServer.start(options("127.0.0.1", port)))
                    .isInstanceOf(ServerException.class)
                    .hasMessage("Can't listen at 127.0.0.1:" + port + ": another program listens there."
                            + " Choose another port with --port.");
        }
    }
}
