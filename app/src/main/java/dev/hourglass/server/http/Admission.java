package dev.hourglass.server.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Admits as many requests as will soon be answered and turns the others away before any work is done for them. It
 * decides on the thread that reads from the network, at a small part of what an answer costs, so an overload neither
 * delays those who are let in nor hides behind them. Requests for a model's numbers, uploads and all others have lines
 * and threads of their own: pages stay quick while models are busy.
 */
public final class Admission extends Handler.Wrapper {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /**
     * Whoever is turned away at once asks again at once, and an overload is then spent on turning away: so it takes as
     * long as whoever is turned away is asked to wait, and longer where many are. Nobody who waits holds a thread.
     */
    private static final int LEAST_MILLIS_BEFORE_TURNED_AWAY = 1_000;

    private static final int MOST_MILLIS_BEFORE_TURNED_AWAY = 5_000;

    /** To read a request and turn it away costs up to half of an answer. */
    private static final int TURNED_AWAY_A_SECOND = 200;

    private static final int MOST_TO_BE_TURNED_AWAY = 4_096;

    private static final Refusal BUSY = Refusal.of(ApiException.busy());
    private static final Refusal CROWDED =
            Refusal.of(ApiException.of(503, null, "The server has too much to do.", "Ask again in a second."));

    private final Line services;
    private final Line uploads;
    private final Line others;
    private final AtomicInteger toBeTurnedAway = new AtomicInteger();

    /**
     * How long the line for a model's numbers may become. To wait in it costs less than to be turned away and ask again,
     * so it is long where answers come fast; where they come slowly it is closed by the time they take.
     *
     * @param most who wait at once
     * @param patience once the first has waited for longer, nobody else is let in
     * @param longest whoever has waited for longer is turned away, since a late answer helps nobody
     */
    record Waiting(int most, Duration patience, Duration longest) {
        static final Waiting STANDARD = new Waiting(1_024, Duration.ofMillis(500), Duration.ofSeconds(5));
        /** For files, for the engine, for slow disks. */
        private static final Duration ANY = Duration.ofHours(1);
    }

    public Admission() {
        this(Waiting.STANDARD);
    }

    Admission(Waiting forServices) {
        // One waits for its turn while the others compute. More would only take time from the thread that lets in.
        services = new Line("hourglass-service-", PROCESSORS + 1, forServices);
        // A picture or table is read in one go, and large ones take memory.
        uploads = new Line("hourglass-upload-", PROCESSORS, new Waiting(32, Waiting.ANY, Waiting.ANY));
        // They wait for files, and for the engine.
        others = new Line("hourglass-request-", 48, new Waiting(1_024, Waiting.ANY, Waiting.ANY));
    }

    /** How many requests for a model's numbers are let in at once. */
    static int mostAtOnce(Waiting waiting) {
        return PROCESSORS + 1 + waiting.most();
    }

    /** Requests that wait for a thread, first come, first served. */
    private static final class Line {
        private final ThreadPoolExecutor threads;
        private final long patienceNanos;
        private final long longestNanos;

        Line(String name, int threads, Waiting waiting) {
            this.threads = new ThreadPoolExecutor(
                    threads,
                    threads,
                    1,
                    TimeUnit.MINUTES,
                    new ArrayBlockingQueue<>(waiting.most()),
                    Thread.ofPlatform().name(name, 0).factory());
            this.threads.allowCoreThreadTimeOut(true);
            this.patienceNanos = waiting.patience().toNanos();
            this.longestNanos = waiting.longest().toNanos();
        }

        boolean isOpen() {
            return threads.getQueue().remainingCapacity() > 0
                    && !(threads.getQueue().peek() instanceof Place first && first.nanos() > patienceNanos);
        }

        /** @return whether it was open */
        boolean join(Runnable turn, Runnable late) {
            if (!isOpen()) {
                return false;
            }
            try {
                threads.execute(new Place(this, System.nanoTime(), turn, late));
                return true;
            } catch (RejectedExecutionException e) {
                return false; // others came first
            }
        }
    }

    /** @param since by the monotonic clock */
    private record Place(Line line, long since, Runnable turn, Runnable late) implements Runnable {
        long nanos() {
            return System.nanoTime() - since;
        }

        @Override
        public void run() {
            (nanos() > line.longestNanos ? late : turn).run();
        }
    }

    private Line line(Request request) {
        return switch (Operation.of(request)) {
            case SERVICE -> services;
            case UPLOAD -> uploads;
            case OTHER -> others;
        };
    }

    /** It never waits, so Jetty need not hand it to another thread. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** Why a request can't be let in now, asked before its body is read. */
    Optional<Refusal> refusal(Request request) {
        return line(request).isOpen() ? Optional.empty() : Optional.of(busy(request));
    }

    private static Refusal busy(Request request) {
        return Operation.of(request) == Operation.SERVICE ? BUSY : CROWDED;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        boolean joined = line(request)
                .join(
                        () -> pass(request, response, callback),
                        () -> Incoming.refuse(request, response, callback, busy(request)));
        if (!joined) {
            turnAway(request, response, callback, busy(request));
        }
        return true;
    }

    private void pass(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
        }
    }

    /** After a while, unless too many wait for that already. */
    void turnAway(Request request, Response response, Callback callback, Refusal why) {
        int waiting = toBeTurnedAway.incrementAndGet();
        if (waiting > MOST_TO_BE_TURNED_AWAY) {
            toBeTurnedAway.decrementAndGet();
            Incoming.refuse(request, response, callback, why);
            return;
        }
        getServer()
                .getScheduler()
                .schedule(
                        () -> {
                            toBeTurnedAway.decrementAndGet();
                            Incoming.refuse(request, response, callback, why);
                        },
                        millisBeforeTurnedAway(waiting),
                        TimeUnit.MILLISECONDS);
    }

    /** @param waiting how many are to be turned away */
    static long millisBeforeTurnedAway(int waiting) {
        return Math.clamp(
                1_000L * waiting / TURNED_AWAY_A_SECOND,
                LEAST_MILLIS_BEFORE_TURNED_AWAY,
                MOST_MILLIS_BEFORE_TURNED_AWAY);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        List.of(services, uploads, others).forEach(line -> line.threads.shutdown());
    }
}
