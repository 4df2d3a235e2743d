package dev.hourglass.data.catalog;

import dev.hourglass.data.DatasetException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The proxies that curl, npm and most programs but Java find in the environment: {@code https_proxy} and
 * {@code http_proxy} by the scheme of what is asked for, and {@code no_proxy}, a list of hosts that are asked directly
 * with all below them, {@code *} for every one. What runs on this machine is asked directly.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final List<String> THIS_MACHINE = List.of("localhost", "127.0.0.1", "::1");

    private final Map<String, String> environment;

    private EnvironmentProxies(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** @param otherwise where the environment names no proxy */
    static ProxySelector of(Map<String, String> environment, ProxySelector otherwise) {
        EnvironmentProxies proxies = new EnvironmentProxies(environment);
        boolean named = !proxies.variable("https_proxy").isEmpty()
                || !proxies.variable("http_proxy").isEmpty();
        return named ? proxies : otherwise;
    }

    @Override
    public List<Proxy> select(URI uri) {
        String address = variable(uri.getScheme() + "_proxy");
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        if (address.isEmpty() || isDirect(host)) {
            return List.of(Proxy.NO_PROXY);
        }
        return List.of(new Proxy(Proxy.Type.HTTP, server(uri.getScheme() + "_proxy", address)));
    }

    private static InetSocketAddress server(String variable, String address) {
        try {
            URI server = new URI(address.contains("://") ? address : "http://" + address);
            if (server.getHost() != null) {
                int port = server.getPort() >= 0 ? server.getPort() : 80;
                return InetSocketAddress.createUnresolved(server.getHost(), port);
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new DatasetException(
                variable + " must be an address such as http://proxy.example:3128, got '" + address + "'");
    }

    @Override
    public void connectFailed(URI uri, SocketAddress proxy, IOException failure) {
        // There is no other proxy to turn to; the download says what failed.
    }

    private boolean isDirect(String host) {
        return THIS_MACHINE.contains(host)
                || Arrays.stream(variable("no_proxy").split(","))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                        .filter(name -> !name.isEmpty())
                        .anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
    }

    private String variable(String name) {
        String value = environment.getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
        return value.strip();
    }
}
