package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the form for a new run offers is what there is. */
class WebVocabularyTest {
    @Test
    void theFormOffersAllLossesAndOptimizers() throws IOException {
        assertThat(list("LOSSES")).containsExactlyInAnyOrderElementsOf(Loss.NAMES);
        assertThat(list("OPTIMIZERS")).containsExactlyInAnyOrderElementsOf(Optimizer.NAMES);
    }

    private static List<String> list(String name) throws IOException {
        try (InputStream in = WebVocabularyTest.class.getResourceAsStream("web/runs/overrides.js")) {
            assertThat(in).isNotNull();
            String module = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Matcher list = Pattern.compile("const " + name + " = \\[([^]]*)]").matcher(module);
            assertThat(list.find()).isTrue();
            return Pattern.compile("\"(\\w+)\"")
                    .matcher(list.group(1))
                    .results()
                    .map((MatchResult quoted) -> quoted.group(1))
                    .toList();
        }
    }
}
