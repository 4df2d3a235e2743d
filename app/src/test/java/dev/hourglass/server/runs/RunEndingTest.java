package dev.hourglass.server.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a run that a server had when it went down, by the states that it kept. */
class RunEndingTest {
    private static final Recipe RECIPE = new RecipeReader(List.of("mnist"))
            .parse("data: {name: mnist}\nmodels: [{name: cnn, preset: mnist-cnn}]\n", "recipe.yaml");

    @TempDir
    private Path folder;

    /** {@code >stopped} is a wish: the event says {@code running} and that it was asked to stop. */
    @ParameterizedTest
    @CsvSource({
        "queued, true, INTERRUPTED",
        "queued running, true, INTERRUPTED",
        "queued running paused, true, INTERRUPTED",
        "queued running interrupted, true, INTERRUPTED",
        "queued running stopped, false, STOPPED",
        "queued running failed, false, FAILED",
        "queued running >stopped, false, STOPPED",
        "queued running >stopped stopped, false, STOPPED",
        "queued running >stopped interrupted, false, INTERRUPTED",
        "queued running >stopped stopped queued running, true, INTERRUPTED",
    })
    void isTakenUpAgainUnlessItWasToStop(String states, boolean takenUp, RunState state) throws IOException {
        Files.createDirectories(folder.resolve("checkpoints"));
        Files.writeString(folder.resolve(RunShelf.JOURNAL), "{}");
        Files.writeString(folder.resolve("INCOMPLETE"), "");
        EventDigest events = new EventDigest();
        int id = 0;
        for (String kept : states.split(" ", -1)) {
            String json = kept.startsWith(">")
                    ? "{\"state\": \"running\", \"asked\": \"" + kept.substring(1) + "\"}"
                    : "{\"state\": \"" + kept + "\"}";
            events.add(new EventLog.Event(++id, "state", json));
        }

        RunEnding ending = RunEnding.of(new StoredRun("it", ConfinedFolder.open(folder), RECIPE, events));

        assertThat(ending.wasCutOff()).isEqualTo(takenUp);
        assertThat(ending.state()).isEqualTo(state);
    }
}
