package dev.hourglass.train.distributed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A session's door, before it has found the others: open one, tell all others its {@link #address}, {@link #join} once all are
 * known. Listens at one address alone, and lets in who knows the secret.
 */
public final class SessionListener implements AutoCloseable {
    /** Strangers that may be in the hall at once; the rest wait before the door. */
    private static final int MOST_STRANGERS = 64;

    /** How long a caller may take to greet. */
    private static final Duration GREETING = Duration.ofSeconds(10);

    private static final long RETRY_MILLIS = 20;

    private final ServerSocketChannel door;

    private SessionListener(ServerSocketChannel door) {
        this.door = door;
    }

    /**
     * @param address of this machine, at which the others can reach it; any free port is taken
     * @throws IOException if nobody can listen there
     */
    public static SessionListener open(InetAddress address) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open();
        try {
            door.bind(new InetSocketAddress(address, 0));
        } catch (IOException e) {
            door.close();
            throw new IOException("Can't listen at " + address.getHostAddress() + ": " + e.getMessage(), e);
        }
        return new SessionListener(door);
    }

    /** Where this session can be reached. */
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) door.getLocalAddress();
        } catch (IOException e) {
            throw new SessionLostException("The listener was closed", e);
        }
    }

    /**
     * Meets the neighbours: calls the next session, waits for the one before, and shuts the door.
     *
     * @throws SessionLostException if they can't be reached or don't come in time
     */
    public SessionChain join(Membership members) throws InterruptedException {
        SecureRandom random = new SecureRandom();
        Greeting greeting = new Greeting(members, random);
        long deadline = System.nanoTime() + members.timeout().toNanos();
        CompletableFuture<SocketChannel> before = new CompletableFuture<>();
        if (members.rank() > 0) {
            Thread.ofVirtual().name("hourglass-door").start(() -> welcome(greeting, before));
        }
        SocketChannel next = null;
        boolean joined = false;
        try {
            next = members.rank() + 1 < members.sessions() ? call(members, greeting, deadline) : null;
            SocketChannel arrived = members.rank() > 0 ? await(before, members, deadline) : null;
            SessionChain chain = SessionChain.of(members, arrived, next);
            joined = true;
            return chain;
        } finally {
            close();
            if (!joined) {
                before.cancel(false);
                if (before.state() == Future.State.SUCCESS) {
                    closeQuietly(before.resultNow());
                }
                closeQuietly(next);
            }
        }
    }

    private void welcome(Greeting greeting, CompletableFuture<SocketChannel> neighbour) {
        Semaphore hall = new Semaphore(MOST_STRANGERS);
        Set<SocketChannel> strangers = ConcurrentHashMap.newKeySet();
        try {
            while (!neighbour.isDone()) {
                hall.acquire();
                SocketChannel caller = door.accept();
                strangers.add(caller);
                Thread.ofVirtual().start(() -> {
                    if (hear(greeting, caller)) {
                        strangers.remove(caller); // before anybody may think that all strangers can go
                        neighbour.complete(caller);
                    } else {
                        strangers.remove(caller);
                        closeQuietly(caller);
                    }
                    hall.release();
                });
            }
        } catch (ClosedChannelException e) {
            // All have come, or nobody waits any more.
        } catch (IOException e) {
            neighbour.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        strangers.forEach(SessionListener::closeQuietly);
    }

    /** Whether it is the neighbour. */
    private static boolean hear(Greeting greeting, SocketChannel caller) {
        try (Watchdog watchdog = new Watchdog(GREETING, () -> closeQuietly(caller))) {
            watchdog.progress();
            return greeting.answer(caller);
        } catch (IOException e) {
            return false; // hung up, or was too slow
        }
    }

    private static SocketChannel call(Membership members, Greeting greeting, long deadline)
            throws InterruptedException {
        InetSocketAddress address = members.addresses().get(members.rank() + 1);
        while (true) {
            SocketChannel channel = null;
            try {
                channel = SocketChannel.open();
                channel.socket().connect(address, millisUntil(deadline));
                SocketChannel reached = channel;
                try (Watchdog watchdog = new Watchdog(GREETING, () -> closeQuietly(reached))) {
                    watchdog.progress();
                    greeting.greet(channel);
                }
                return channel;
            } catch (IOException e) {
                closeQuietly(channel);
                if (System.nanoTime() - deadline > 0) {
                    throw new SessionLostException(
                            "Can't reach " + members.describe(members.rank() + 1) + ": " + e.getMessage()
                                    + ". Are there ports between the machines that a firewall closes?",
                            e);
                }
                Thread.sleep(RETRY_MILLIS);
            } catch (SessionLostException e) {
                closeQuietly(channel);
                throw e;
            }
        }
    }

    private static int millisUntil(long deadline) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        return Math.clamp(millis, 1, Integer.MAX_VALUE);
    }

    private static SocketChannel await(CompletableFuture<SocketChannel> before, Membership members, long deadline)
            throws InterruptedException {
        String who = members.describe(members.rank() - 1);
        try {
            return before.get(millisUntil(deadline), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new SessionLostException(
                    who + " did not come within " + members.timeout().toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new SessionLostException("Waiting for " + who + " failed: " + e.getMessage(), e);
        }
    }

    /** What one sends is small and awaited, so nothing is held back to be sent with more. */
    static SocketChannel tuned(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        return channel;
    }

    private static void closeQuietly(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // It is of no use any more.
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            // Nobody comes in any more.
        }
    }
}
