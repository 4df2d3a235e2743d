package dev.hourglass.lab.run;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.lab.LabException;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the JSON of a run folder that may be a stranger's: small enough, flat enough, and in the folder itself. */
public final class RunJson {
    /** A megabyte is a large recipe with a history of 10,000 epochs. */
    private static final int MOST_BYTES = 16 << 20;

    private static final String NOT_OURS = "It was not written by 'hourglass lab'.";

    private RunJson() {}

    /**
     * @param asGiven the folder as the user named it, for messages
     * @throws LabException if the file can't be read or holds no JSON object
     */
    public static JsonNode read(ConfinedFolder run, Path asGiven, String name) {
        Path file = asGiven.resolve(name);
        try {
            JsonNode tree = JsonMapper.shared().readTree(run.read(name, MOST_BYTES));
            if (!tree.isObject()) {
                throw new LabException(file + ": expected a JSON object, found none. " + NOT_OURS);
            }
            return tree;
        } catch (RefusedFileException e) {
            throw new LabException(e.getMessage() + ". " + NOT_OURS, e);
        } catch (IOException e) {
            throw new LabException(
                    file + " cannot be read: " + Failures.reason(e) + ". Check its permissions, or run the lab again.",
                    e);
        } catch (JacksonException e) {
            throw new LabException(file + ": expected JSON, found " + damage(e) + ". Run the lab again.", e);
        } catch (OutOfMemoryError e) {
            throw new LabException(
                    file + " takes more memory than Java has. " + NOT_OURS
                            + " If it is, give Java more with HOURGLASS_JAVA_OPTS=-Xmx4g.",
                    e);
        }
    }

    /** What is refused for its depth or length has no place. */
    private static String damage(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        return location == null || location.getLineNr() < 1
                ? "what is not read: " + Failures.oneLine(e.getOriginalMessage())
                : "damage in line " + location.getLineNr();
    }
}
