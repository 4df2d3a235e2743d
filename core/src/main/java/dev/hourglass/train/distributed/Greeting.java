package dev.hourglass.train.distributed;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How two sessions prove to each other that they know the secret, without sending it: each answers the other's random challenge
 * by HMAC-SHA256 (RFC 2104) over both challenges, its own part in the talk and who the caller says to be.
 *
 * <pre>
 * caller:   "HGSUMS01", rank (int), attempt (long), challenge (32 bytes)
 * listener: challenge (32 bytes), proof (32 bytes)
 * caller:   proof (32 bytes)
 * listener: 1 (byte)
 * </pre>
 */
final class Greeting {
    private static final byte[] MAGIC = "HGSUMS01".getBytes(StandardCharsets.US_ASCII);
    private static final int CHALLENGE = 32;
    private static final int PROOF = 32;
    private static final byte WELCOME = 1;
    private static final String HMAC = "HmacSHA256";

    private final Membership members;
    private final SecureRandom random;

    /** @param random makes the challenges, which nobody may foresee */
    Greeting(Membership members, SecureRandom random) {
        this.members = members;
        this.random = random;
    }

    /**
     * The listener's part.
     *
     * @return whether the caller is the session of the rank before, of the same attempt
     */
    boolean answer(SocketChannel caller) throws IOException {
        ByteBuffer hello = read(caller, MAGIC.length + Integer.BYTES + Long.BYTES + CHALLENGE);
        byte[] magic = bytes(hello, MAGIC.length);
        int rank = hello.getInt();
        long attempt = hello.getLong();
        byte[] theirs = bytes(hello, CHALLENGE);
        if (!MessageDigest.isEqual(magic, MAGIC) || rank != members.rank() - 1 || attempt != members.attempt()) {
            return false;
        }
        byte[] own = challenge();
        write(caller, own, proof("listener", rank, theirs, own));
        boolean knows = MessageDigest.isEqual(bytes(read(caller, PROOF), PROOF), proof("caller", rank, theirs, own));
        if (knows) {
            write(caller, new byte[] {WELCOME});
        }
        return knows;
    }

    /**
     * The caller's part.
     *
     * @throws SessionLostException if who answers does not know the secret
     */
    void greet(SocketChannel listener) throws IOException {
        byte[] own = challenge();
        ByteBuffer hello = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
        hello.putInt(members.rank()).putLong(members.attempt());
        write(listener, MAGIC, hello.array(), own);
        ByteBuffer answer = read(listener, CHALLENGE + PROOF);
        byte[] theirs = bytes(answer, CHALLENGE);
        if (!MessageDigest.isEqual(bytes(answer, PROOF), proof("listener", members.rank(), own, theirs))) {
            throw new SessionLostException("Who listens as " + members.describe(members.rank() + 1)
                    + " does not know the secret of this training. Is another program on that port?");
        }
        write(listener, proof("caller", members.rank(), own, theirs));
        if (read(listener, 1).get() != WELCOME) {
            throw new EOFException("no welcome");
        }
    }

    private byte[] challenge() {
        byte[] challenge = new byte[CHALLENGE];
        random.nextBytes(challenge);
        return challenge;
    }

    private byte[] proof(String part, int rank, byte[] ofCaller, byte[] ofListener) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(members.secret().bytes(), HMAC));
            mac.update(part.getBytes(StandardCharsets.US_ASCII));
            mac.update(ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                    .putInt(rank)
                    .putLong(members.attempt())
                    .flip());
            mac.update(ofCaller);
            return mac.doFinal(ofListener);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Each Java has " + HMAC, e);
        }
    }

    private static byte[] bytes(ByteBuffer from, int count) {
        byte[] bytes = new byte[count];
        from.get(bytes);
        return bytes;
    }

    private static ByteBuffer read(SocketChannel channel, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the connection was closed");
            }
        }
        return buffer.flip();
    }

    private static void write(SocketChannel channel, byte[]... parts) throws IOException {
        int size = 0;
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteBuffer buffer = ByteBuffer.allocate(size);
        for (byte[] part : parts) {
            buffer.put(part);
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
