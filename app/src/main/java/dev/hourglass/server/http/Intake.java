package dev.hourglass.server.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads the bodies of requests before a thread is given to them. Their headers decide first whether they are read at
 * all. Then a body must come at a least rate and by a deadline; each address may have some on their way, and all
 * together may take so much memory.
 */
public final class Intake extends Handler.Wrapper {
    /** Where a request keeps its body, as bytes. */
    static final String BODY = "dev.hourglass.body";

    private static final Refusal TOO_MANY = Refusal.of(
            ApiException.of(503, null, "Too many bodies are on their way from this address.", "Send fewer at once."));

    private static final Refusal OTHER_METHOD =
            Refusal.of(ApiException.of(405, null, "This address does not take that method.", "See /api."));

    private final Pace pace;
    private final RouteTable routes;
    private final Admission admission;
    private final MemoryBudget memory;
    private final List<Arrival> arrivals = new ArrayList<>();

    /**
     * How slow a body may be.
     *
     * @param patience without a byte; bytes that come win it back
     * @param leastRate bytes a second, on the whole
     * @param longest until it must be whole
     * @param mostOfClient bodies that one address may have on their way; a further one ends its slowest
     * @param most bodies on their way together
     */
    public record Pace(Duration patience, int leastRate, Duration longest, int mostOfClient, int most) {
        public static final Pace STANDARD = new Pace(Duration.ofSeconds(10), 16 << 10, Duration.ofMinutes(5), 64, 512);
    }

    /** A body that has not come whole at once. */
    private final class Arrival {
        private final Incoming body;
        private final String client;
        private final long begun = System.nanoTime();
        private long looked = begun;
        private int counted;
        private double secondsLeft = pace.patience().toNanos() / 1e9;

        Arrival(Incoming body) {
            this.body = body;
            this.client = body.client();
            this.counted = body.count();
        }

        /** How much longer it may take if nothing more comes; below zero it is late. */
        double secondsLeft() {
            long now = System.nanoTime();
            int count = body.count();
            double won = (count - counted) / (double) pace.leastRate();
            double patience = pace.patience().toNanos() / 1e9;
            secondsLeft = Math.min(patience, secondsLeft + won) - (now - looked) / 1e9;
            counted = count;
            looked = now;
            return Math.min(secondsLeft, (pace.longest().toNanos() - (now - begun)) / 1e9);
        }
    }

    /**
     * @param routes what is not there needs no body
     * @param admission is asked before a body is read
     * @param memory for bodies
     */
    public Intake(Pace pace, RouteTable routes, Admission admission, MemoryBudget memory) {
        super(admission);
        this.pace = pace;
        this.routes = routes;
        this.admission = admission;
        this.memory = memory;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Optional<Refusal> full = admission.refusal(request);
        if (full.isPresent()) {
            admission.turnAway(request, response, callback, full.get());
            return true;
        }
        if (!Incoming.isAnnounced(request)) {
            return super.handle(request, response, callback);
        }
        int most = Body.mostBytes(request);
        if (request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > most) {
            Incoming.refuse(request, response, callback, Refusal.of(Body.tooLarge(most)));
            return true;
        }
        MemoryBudget.Share share = memory.share();
        Callback done = Callback.from(callback, share::close);
        Incoming body = new Incoming(
                request, response, done, most, share, bytes -> pass(new Read(request, bytes), response, done));
        body.run();
        if (body.isAwaited()) {
            await(request, body);
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

    /** A request whose body was read. */
    private static final class Read extends Request.Wrapper {
        Read(Request request, byte[] body) {
            super(request);
            setAttribute(BODY, body);
        }

        @Override
        public Content.Chunk read() {
            return Content.Chunk.EOF;
        }

        @Override
        public void demand(Runnable callback) {
            callback.run();
        }
    }

    /** A request that leads nowhere is not worth waiting for. Asked here alone: it takes longer than most bodies. */
    private void await(Request request, Incoming body) {
        if (routes.leadsSomewhere(request)) {
            admit(new Arrival(body));
        } else {
            body.refuse(OTHER_METHOD);
        }
    }

    private void admit(Arrival arrival) {
        synchronized (arrivals) {
            arrivals.removeIf(other -> !other.body.isAwaited());
            arrivals.add(arrival);
            List<Arrival> ofClient = arrivals.stream()
                    .filter(other -> other.client.equals(arrival.client))
                    .toList();
            if (ofClient.size() > pace.mostOfClient()) {
                endSlowest(ofClient);
            } else if (arrivals.size() > pace.most()) {
                endSlowest(arrivals);
            }
        }
    }

    private static void endSlowest(List<Arrival> of) {
        of.stream()
                .min(Comparator.comparingDouble(Arrival::secondsLeft))
                .ifPresent(slowest -> slowest.body.refuse(TOO_MANY));
    }

    /** Ends the bodies that are late. */
    private void sweep() {
        synchronized (arrivals) {
            arrivals.removeIf(arrival -> !arrival.body.isAwaited());
            arrivals.stream()
                    .filter(arrival -> arrival.secondsLeft() < 0)
                    .forEach(late -> late.body.refuse(Incoming.LATE));
        }
        sweepLater();
    }

    private void sweepLater() {
        long millis = Math.clamp(pace.patience().toMillis() / 10, 50, 1_000);
        if (isRunning()) {
            getServer().getScheduler().schedule(this::sweep, millis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        sweepLater();
    }

    /** Waits no more for bodies that are not whole, since the server stops. */
    public void endAll() {
        synchronized (arrivals) {
            arrivals.forEach(arrival -> arrival.body.refuse(Refusal.STOPPING));
        }
    }
}
