package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ApiDescriptionIT {
    @TempDir
    private Path runs;

    @Test
    void openApiDescribesEveryRouteAndNoOther() {
        Set<String> routed = new TreeSet<>();
        try (TestServer server = new TestServer(runs)) {
            for (String operation : server.server().operations()) {
                String path = operation.substring(operation.indexOf(' ') + 1);
                boolean described = path.startsWith("/api/") && !path.equals("/api/<unknown>");
                if (described && !operation.startsWith("BEFORE")) {
                    routed.add(operation.replace('<', '{').replace('>', '}'));
                }
            }
        }
        assertThat(routed).isEqualTo(ApiDescription.ofJar().operations());
    }

    @Test
    void everyReferenceInTheDescriptionLeadsSomewhere() {
        ApiDescription api = ApiDescription.ofJar();
        assertThat(api.root().findValues("$ref")).hasSizeGreaterThan(100).allSatisfy(reference -> {
            JsonNode target = api.root().at(reference.asString().substring(1));
            assertThat(target.isMissingNode()).as(reference.asString()).isFalse();
        });
    }

    @Test
    void thePageNamesEveryOperation() {
        ApiDescription api = ApiDescription.ofJar();
        String page = ApiPage.of(api);
        assertThat(api.operations()).allSatisfy(operation -> assertThat(page).contains("<code>" + operation));
    }
}
