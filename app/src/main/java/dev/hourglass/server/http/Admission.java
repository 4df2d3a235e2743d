package dev.hourglass.server.http;

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
    /** At 2,000 answers a second, less than a tenth of a second. */
    private static final int MOST_WAITING = 128;

    /** More requests for a model's numbers than these are turned away. */
    static final int MOST_AT_ONCE = PROCESSORS + 1 + MOST_WAITING;

    /**
     * Who is turned away at once asks again at once, and an overload is then spent on turning away. Nobody who waits
     * holds a thread.
     */
    private static final int MILLIS_BEFORE_TURNED_AWAY = 500;

    private static final int MOST_TO_BE_TURNED_AWAY = 4_096;

    private static final Refusal BUSY = Refusal.of(ApiException.busy());
    private static final Refusal CROWDED =
            Refusal.of(ApiException.of(503, null, "The server has too much to do.", "Ask again in a second."));

    /** One waits for its turn while the others compute. More would only take time from the thread that lets in. */
    private final ThreadPoolExecutor services = line("hourglass-service-", PROCESSORS + 1, MOST_WAITING);

    /** A picture or table is read in one go, and large ones take memory. */
    private final ThreadPoolExecutor uploads = line("hourglass-upload-", PROCESSORS, 32);

    /** They wait for files, for the engine, and for slow readers of their answers. */
    private final ThreadPoolExecutor others = line("hourglass-request-", 48, 1_024);

    private final AtomicInteger toBeTurnedAway = new AtomicInteger();

    private static ThreadPoolExecutor line(String name, int threads, int mostWaiting) {
        ThreadPoolExecutor line = new ThreadPoolExecutor(
                threads,
                threads,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(mostWaiting),
                Thread.ofPlatform().name(name, 0).factory());
        line.allowCoreThreadTimeOut(true);
        return line;
    }

    private ThreadPoolExecutor line(Request request) {
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
        return line(request).getQueue().remainingCapacity() > 0 ? Optional.empty() : Optional.of(busy(request));
    }

    private static Refusal busy(Request request) {
        return Operation.of(request) == Operation.SERVICE ? BUSY : CROWDED;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try {
            line(request).execute(() -> pass(request, response, callback));
        } catch (RejectedExecutionException e) {
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
        if (toBeTurnedAway.incrementAndGet() > MOST_TO_BE_TURNED_AWAY) {
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
                        MILLIS_BEFORE_TURNED_AWAY,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        List.of(services, uploads, others).forEach(ThreadPoolExecutor::shutdown);
    }
}
