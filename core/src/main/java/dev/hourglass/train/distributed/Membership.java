package dev.hourglass.train.distributed;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Who trains together.
 *
 * @param rank of this session among them, from 0
 * @param addresses of all, by rank
 * @param secret that all know and nobody else, at least {@value #LEAST_SECRET} bytes
 * @param attempt a number of this training that all know: who is left over from an earlier attempt is turned away
 * @param timeout how long a session waits for another, be it to come, to send or to take; > 0
 */
public record Membership(int rank, List<InetSocketAddress> addresses, Secret secret, long attempt, Duration timeout) {
    static final int LEAST_SECRET = 16;

    public Membership {
        addresses = List.copyOf(addresses);
        Objects.checkIndex(rank, addresses.size());
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout must be > 0, got " + timeout);
        }
    }

    /** Bytes that no message shows. */
    public static final class Secret {
        private final byte[] bytes;

        /** @throws IllegalArgumentException if they are fewer than {@value #LEAST_SECRET} */
        public Secret(byte[] bytes) {
            if (bytes.length < LEAST_SECRET) {
                throw new IllegalArgumentException(
                        "secret must be at least " + LEAST_SECRET + " bytes, got " + bytes.length);
            }
            this.bytes = bytes.clone();
        }

        byte[] bytes() {
            return bytes;
        }
    }

    int sessions() {
        return addresses.size();
    }

    /** A session in messages: {@code session 2 of 4 (10.0.0.7:40123)}. */
    String describe(int other) {
        InetSocketAddress address = addresses.get(other);
        return "session " + (other + 1) + " of " + sessions() + " (" + address.getHostString() + ":" + address.getPort()
                + ")";
    }
}
