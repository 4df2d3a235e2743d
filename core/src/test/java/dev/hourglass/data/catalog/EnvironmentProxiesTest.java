package dev.hourglass.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DatasetException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxiesTest {
    private static final ProxySelector OTHERWISE = HttpClient.Builder.NO_PROXY;

    @Test
    void eachSchemeHasItsProxyInSmallLettersOrCapitals() {
        Map<String, String> environment =
                Map.of("https_proxy", "http://user:word@gate.example:3128/", "HTTP_PROXY", "other.example");
        assertThat(route(environment, "https://data.example/mnist")).isEqualTo("gate.example:3128");
        assertThat(route(environment, "http://data.example/mnist")).isEqualTo("other.example:80");
    }

    @Test
    void smallLettersComeFirst() {
        Map<String, String> environment = Map.of("https_proxy", "http://one:1", "HTTPS_PROXY", "http://two:2");
        assertThat(route(environment, "https://data.example/")).isEqualTo("one:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost:8501/",
                "https://127.0.0.1/",
                "https://data.example/",
                "https://mirror.data.example/",
                "https://MIRROR.lan/",
                "http://other.example/"
            })
    void someHostsAreAskedDirectly(String address) {
        Map<String, String> environment =
                Map.of("https_proxy", "http://gate.example:3128", "no_proxy", "data.example, .lan");
        assertThat(route(environment, address)).isEqualTo("direct");
        assertThat(route(environment, "https://otherdata.example/")).isEqualTo("gate.example:3128");
    }

    @Test
    void aStarIsEveryHost() {
        Map<String, String> environment = Map.of("HTTPS_PROXY", "http://gate.example:3128", "NO_PROXY", "*");
        assertThat(route(environment, "https://data.example/")).isEqualTo("direct");
    }

    @Test
    void withoutAVariableTheJvmsProxiesCount() {
        assertThat(EnvironmentProxies.of(Map.of("https_proxy", " ", "no_proxy", "x"), OTHERWISE))
                .isSameAs(OTHERWISE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "a b", "http://:3128"})
    void whatIsNoAddressIsRefusedWhereItIsNeeded(String address) {
        assertThatThrownBy(() -> route(Map.of("https_proxy", address), "https://data.example/"))
                .isInstanceOf(DatasetException.class)
                .hasMessage("https_proxy must be an address such as http://proxy.example:3128, got '" + address + "'");
    }

    private static String route(Map<String, String> environment, String address) {
        return EnvironmentProxies.of(environment, OTHERWISE).select(URI.create(address)).stream()
                .map(proxy -> proxy.address() == null
                        ? "direct"
                        : proxy.address().toString().replace("/<unresolved>", ""))
                .findFirst()
                .orElseThrow();
    }
}
