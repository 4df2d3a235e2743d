package dev.hourglass.server.maps;

import dev.hourglass.evaluate.Points;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.runs.PassedOver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A t-SNE map in its run's folder, since it took minutes: {@code maps/MODEL-tsne-….json}. It counts only for the codes
 * that it was made of.
 */
record TSneFile(ConfinedFolder run, String file, MapPlan plan) {
    /** Of more samples than a t-SNE takes. */
    private static final int MOST_BYTES = 64 << 20;

    /**
     * What the file holds.
     *
     * @param codesSha256 of the codes' numbers
     * @param places x and y of each sample, one after the other
     * @param seconds that it took
     */
    record Content(
            MapPlan plan,
            String codesSha256,
            double klDivergence,
            @Nullable Double trustworthiness,
            double seconds,
            float[] places) {}

    static TSneFile in(ConfinedFolder run, String model, MapPlan plan) {
        return new TSneFile(run, "maps/" + model + "-" + plan.id() + ".json", plan);
    }

    /** The map, if it was made before of the same codes in the same way. */
    Optional<Content> read(Points codes) {
        try {
            Content content = Answers.JSON.readValue(run.read(file, MOST_BYTES), Content.class);
            return Optional.of(content)
                    .filter(found -> found.plan().equals(plan)
                            && found.codesSha256().equals(sha256(codes))
                            && found.places().length == 2 * codes.count());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JacksonException e) {
            PassedOver.log("A map that was kept is made again", e);
            return Optional.empty();
        }
    }

    /** Keeps a map if that is possible; it can be made again. */
    void write(Points codes, LatentMap map) {
        try {
            run.write(
                    file,
                    Answers.JSON.writeValueAsBytes(new Content(
                            plan,
                            sha256(codes),
                            map.klDivergence() == null ? Double.NaN : map.klDivergence(),
                            map.trustworthiness(),
                            map.seconds(),
                            map.places())));
        } catch (IOException e) {
            PassedOver.log("A map is not kept", e);
        }
    }

    private static String sha256(Points codes) {
        try {
            float[] numbers = codes.toArray();
            ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(numbers.length, Float.BYTES));
            bytes.asFloatBuffer().put(numbers);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
