package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class OutputsApiIT {
    private static final String COMPOSITE = """
            data: {name: sequences, next_steps: 10, limit: 32}
            models:
              - name: composite
                input: [40, 10]
                encoder: [{Flatten: {name: flat}}, {Dense: {name: code, units: 4}}]
                decoder:
                  - Dense: {name: wide, units: 400}
                  - Reshape: {name: rebuilt, target_shape: [40, 10]}
                  - Dense: {name: ahead, units: 100, inputs: code}
                  - Reshape: {name: predicted, target_shape: [10, 10]}
                outputs: [{layer: rebuilt}, {layer: predicted, target: next}]
            training: {epochs: 1}
            """;

    @TempDir
    private Path folder;

    @Test
    void aSampleHasEachOutputByItsNameWithItsOwnError() throws IOException, InterruptedException {
        try (TestServer server = new TestServer(folder.resolve("runs"))) {
            String run = server.postJson("/api/runs", Map.of("text", COMPOSITE))
                    .path("run")
                    .asString();
            server.awaitState(run, List.of("finished"));
            JsonNode sample = server.json("/api/runs/" + run + "/models/composite/samples/7");
            JsonNode rebuilt = sample.path("outputs").path(0);
            JsonNode predicted = sample.path("outputs").path(1);
            assertThat(sample.path("outputs").size()).isEqualTo(2);
            assertThat(rebuilt.path("name").asString()).isEqualTo("rebuilt");
            assertThat(rebuilt.path("is").asString()).isEqualTo("the input");
            assertThat(rebuilt.path("mse").asDouble())
                    .isCloseTo(sample.path("mse").asDouble(), within(1e-6));
            assertThat(predicted.path("name").asString()).isEqualTo("predicted");
            assertThat(predicted.path("is").asString()).isEqualTo("the next steps");
            assertThat(predicted.path("expected").size()).isEqualTo(100);
            assertThat(predicted.path("mse").asDouble()).isPositive().isCloseTo(meanSquare(predicted), within(1e-6));
        }
    }

    private static double meanSquare(JsonNode output) {
        double sum = 0;
        int count = output.path("values").size();
        for (int i = 0; i < count; i++) {
            double error = output.path("values").path(i).asDouble()
                    - output.path("expected").path(i).asDouble();
            sum += error * error;
        }
        return sum / count;
    }
}
