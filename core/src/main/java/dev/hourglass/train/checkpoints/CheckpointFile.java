package dev.hourglass.train.checkpoints;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A {@link Checkpoint} as a file, big-endian:
 *
 * <pre>
 * 8 bytes   HGCKPT\r\n, so that a file changed in transfer as text is told at once
 * int       the version of this layout, 5
 * origin    count, then key and value each; text is an unsigned short of bytes and UTF-8 as {@link java.io.DataInput} has it
 * optimizer as text, such as sgd:momentum=0.9; steps as int; count of its scalars, then name and float each
 * place     epoch, steps, samples as ints; losses, what outputs alone made of them, divergences, squared and absolute
 *           errors as doubles; of several outputs a count, then each one's name and its loss, squared and absolute
 *           error as doubles; nanoseconds as long
 * history   the loss as text, such as huber:delta=0.5; count, then each epoch's number as int, its thirteen other numbers
 *           as doubles, with such outputs after those of training and of validation, and its digest's 32 bytes
 * callbacks early stopping (double, three ints), plateau (double, two ints, float), best weights twice
 *           (a byte 0; or 1, epoch as int, value as double, weights)
 * trimming  epochs that were measured as int, count, then the sum of each sample's logarithms as double
 * weights   count, then each variable's path and its values, counted
 * slots     count, then each one's name and what it holds of each trainable variable, likewise
 * 32 bytes  SHA-256 of all before
 * </pre>
 *
 * Earlier versions are read as well. Version 4 has no trimming. Version 3 has no outputs either. Version 2 has no divergences, and losses but not what
 * outputs alone made of them. Version 1 knew mean squared error and Adam alone:
 *
 * <pre>
 * optimizer learning rate, beta1, beta2, epsilon as floats; steps as int
 * place     without losses
 * history   without the loss's text; each epoch has the seven numbers other than the squared errors
 * slots     the two, without count and names
 * </pre>
 *
 * The layers are not in the file: whoever reads it says what model it must be.
 */
final class CheckpointFile {
    static final byte[] MAGIC = {'H', 'G', 'C', 'K', 'P', 'T', '\r', '\n'};
    static final int VERSION = 5;
    static final int DIGEST_BYTES = 32;

    private static final int BUFFER = 1 << 16;

    /** Weights, best weights twice and what an optimizer remembers, with room for one that remembers more. */
    private static final int MOST_COPIES = 8;

    /** Of the recipe, a history of 100,000 epochs, and what is known of 4,000,000 samples. */
    private static final int MOST_OTHER_BYTES = 64 << 20;

    private CheckpointFile() {}

    /** @throws IOException if it can't be written whole; what was there stays */
    static void write(ConfinedFolder folder, String name, Checkpoint checkpoint) throws IOException {
        folder.write(name, channel -> {
            MessageDigest digest = sha256();
            DigestOutputStream digested = new DigestOutputStream(Channels.newOutputStream(channel), digest);
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(digested, BUFFER));
            new Writer(out).write(checkpoint);
            out.flush();
            digested.on(false);
            digested.write(digest.digest());
        });
    }

    /**
     * @param spec what the file must hold weights of, which also says how large it may be
     * @throws CorruptFileException if the file is damaged or of another model
     * @throws IOException if it can't be read, or is no file or one that is too large
     */
    static Checkpoint read(ConfinedFolder folder, String name, AutoencoderSpec spec, Normalization normalization)
            throws IOException {
        Path file = folder.path(name);
        byte[] bytes = folder.read(name, mostBytes(spec));
        if (bytes.length < MAGIC.length + Integer.BYTES + DIGEST_BYTES) {
            throw damaged(file, "a checkpoint", String.format("a file of %,d bytes", bytes.length));
        }
        int end = bytes.length - DIGEST_BYTES;
        MessageDigest digest = sha256();
        digest.update(bytes, 0, end);
        if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw damaged(file, "the SHA-256 stored at its end", "another one");
        }
        return new Reader(file, bytes, end, spec).read(parameters -> new Autoencoder(spec, parameters, normalization));
    }

    private static int mostBytes(AutoencoderSpec spec) {
        long numbers = spec.facts().parameters();
        return Math.clamp(MOST_COPIES * Float.BYTES * numbers + MOST_OTHER_BYTES, 0, Integer.MAX_VALUE - 8);
    }

    static CorruptFileException damaged(Path file, String expected, String found) {
        return new CorruptFileException(
                file, expected, found, "Continue from an earlier checkpoint, or start the run again.");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform must have SHA-256", e);
        }
    }
}
