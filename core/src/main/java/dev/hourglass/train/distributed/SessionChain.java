package dev.hourglass.train.distributed;

import dev.hourglass.engine.AllReduce;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in a row, each connected with the one before and the next by TCP. Sums go from the first to the last, each adding its
 * own, and what has become of them goes back: over each connection once in either direction, both at the same time. A ring, which
 * is the usual way, would send as much, but begin each part of the sums with another session, and so give other bits.
 *
 * <p>Once anything fails, all that is tried fails; the neighbours find their connections closed, and so on to the ends.
 */
public final class SessionChain implements AllReduce, AutoCloseable {
    private final Membership members;
    private final @Nullable Link before;
    private final @Nullable Link next;
    private final Watchdog watchdog;
    private final ExecutorService wayBack;
    private final AtomicReference<@Nullable SessionLostException> failure = new AtomicReference<>();
    private long ownNanos;
    private long sumNanos;
    private long sums;

    private SessionChain(Membership members, @Nullable Link before, @Nullable Link next) {
        this.members = members;
        this.before = before;
        this.next = next;
        watchdog = new Watchdog(members.timeout(), this::closeLinks);
        wayBack = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("hourglass-way-back").daemon().factory());
    }

    static SessionChain of(Membership members, @Nullable SocketChannel before, @Nullable SocketChannel next) {
        try {
            return new SessionChain(
                    members,
                    before == null
                            ? null
                            : new Link(SessionListener.tuned(before), members.describe(members.rank() - 1)),
                    next == null ? null : new Link(SessionListener.tuned(next), members.describe(members.rank() + 1)));
        } catch (IOException e) {
            throw new SessionLostException("A connection was lost at once: " + e.getMessage(), e);
        }
    }

    @Override
    public int rank() {
        return members.rank();
    }

    @Override
    public int sessions() {
        return members.sessions();
    }

    @Override
    public void sum(double[] numbers, OwnShare own) {
        begin();
        try {
            receive(before, numbers);
            add(own, 0);
            send(next, numbers);
            receive(next, numbers);
            send(before, numbers);
        } finally {
            end();
        }
    }

    @Override
    public void sum(float[] numbers, int[] ends, OwnShare own) {
        begin();
        try {
            Future<?> totals = next == null ? null : wayBack.submit(() -> passBack(numbers, ends));
            for (int segment = 0; segment < ends.length; segment++) {
                int from = segment == 0 ? 0 : ends[segment - 1];
                int count = ends[segment] - from;
                receive(before, numbers, from, count);
                add(own, segment);
                send(next == null ? before : next, numbers, from, count);
            }
            if (totals != null) {
                await(totals);
            }
        } finally {
            end();
        }
    }

    private void passBack(float[] numbers, int[] ends) {
        for (int segment = 0; segment < ends.length; segment++) {
            int from = segment == 0 ? 0 : ends[segment - 1];
            int count = ends[segment] - from;
            receive(next, numbers, from, count);
            send(before, numbers, from, count);
        }
    }

    private void await(Future<?> totals) {
        try {
            totals.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SessionLostException lost ? lost : lost(e.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw lost("Interrupted while the other sessions computed", e);
        }
    }

    private void begin() {
        sumNanos -= System.nanoTime();
        watchdog.progress();
    }

    private void end() {
        watchdog.rest();
        sumNanos += System.nanoTime();
        sums++;
    }

    private void add(OwnShare own, int segment) {
        long start = System.nanoTime();
        own.add(segment);
        ownNanos += System.nanoTime() - start;
    }

    private void send(@Nullable Link link, double[] numbers) {
        exchange(link, to -> to.send(numbers));
    }

    private void receive(@Nullable Link link, double[] numbers) {
        exchange(link, from -> from.receive(numbers));
    }

    private void send(@Nullable Link link, float[] numbers, int from, int count) {
        exchange(link, to -> to.send(numbers, from, count));
    }

    private void receive(@Nullable Link link, float[] numbers, int from, int count) {
        exchange(link, of -> of.receive(numbers, from, count));
    }

    /** What is done with a neighbour. */
    @FunctionalInterface
    private interface Talk {
        void with(Link neighbour) throws IOException;
    }

    private void exchange(@Nullable Link link, Talk talk) {
        if (link == null) {
            return;
        }
        SessionLostException earlier = failure.get();
        if (earlier != null) {
            throw earlier;
        }
        try {
            talk.with(link);
            watchdog.progress();
        } catch (SessionLostException e) {
            throw lost(e);
        } catch (IOException e) {
            String why = watchdog.hasBarked()
                    ? "nothing came or went within " + members.timeout().toSeconds() + " s"
                    : e.getMessage() == null ? e.toString() : e.getMessage();
            throw lost("Lost " + link.peer() + ": " + why, e);
        }
    }

    private SessionLostException lost(String message, Exception cause) {
        return lost(new SessionLostException(message, cause));
    }

    /** The first failure is the one that tells; the others come of closing. */
    private SessionLostException lost(SessionLostException now) {
        failure.compareAndSet(null, now);
        closeLinks();
        SessionLostException first = failure.get();
        return first == null ? now : first;
    }

    /** So far. */
    public ExchangeTimes times() {
        long bytes = (before == null ? 0 : before.bytesSent()) + (next == null ? 0 : next.bytesSent());
        return new ExchangeTimes(bytes, sumNanos - ownNanos, sums);
    }

    private void closeLinks() {
        closeQuietly(before);
        closeQuietly(next);
    }

    private static void closeQuietly(@Nullable Link link) {
        try {
            if (link != null) {
                link.close();
            }
        } catch (IOException e) {
            // It is of no use any more.
        }
    }

    /** Ends the exchange; neighbours that are not done find that out. */
    @Override
    public void close() {
        watchdog.close();
        closeLinks();
        wayBack.shutdownNow();
    }
}
