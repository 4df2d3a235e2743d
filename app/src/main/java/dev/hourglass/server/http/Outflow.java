package dev.hourglass.server.http;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that answers are read. A request holds its thread until its answer is written, and a client that reads
 * slowly or not at all would hold it for as long as it likes: so it must read at a least rate, and where too many are slow
 * at once, the connection of the slowest is closed.
 */
public final class Outflow extends Handler.Wrapper {
    /** Less than there are threads for pages and files. */
    private static final int MOST_SLOW = 24;

    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Intake.Pace pace;
    /** Answers of which a part is being written. */
    private final Set<Answer> writing = ConcurrentHashMap.newKeySet();

    /** @param pace as for the bodies of requests: how long without progress, and at which rate */
    public Outflow(Intake.Pace pace) {
        this.pace = pace;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request, new Answer(request, response), callback);
    }

    private final class Answer extends Response.Wrapper {
        /** Of the parts that are written. */
        private long sent;

        private ByteBuffer part = ByteBuffer.allocate(0);
        private int partBytes;
        private long since;

        private long looked;
        private long counted;
        private double secondsLeft = pace.patience().toNanos() / 1e9;

        Answer(Request request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
            begin(content == null ? ByteBuffer.allocate(0) : content);
            super.write(last, content, Callback.from(this::end, callback));
        }

        private synchronized void begin(ByteBuffer content) {
            part = content;
            partBytes = content.remaining();
            since = System.nanoTime();
            looked = since;
            writing.add(this);
        }

        private synchronized void end() {
            writing.remove(this);
            sent += partBytes;
            partBytes = 0;
        }

        synchronized boolean isSlow() {
            return System.nanoTime() - since > SLOW_NANOS;
        }

        /** How much longer the part may take if nothing more is read; below zero it is late. */
        synchronized double secondsLeft() {
            long now = System.nanoTime();
            long count = sent + (partBytes == 0 ? 0 : partBytes - part.remaining());
            double won = (count - counted) / (double) pace.leastRate();
            double patience = pace.patience().toNanos() / 1e9;
            secondsLeft = Math.min(patience, secondsLeft + won) - (now - looked) / 1e9;
            counted = count;
            looked = now;
            return secondsLeft;
        }

        void giveUp() {
            writing.remove(this);
            getRequest()
                    .getConnectionMetaData()
                    .getConnection()
                    .getEndPoint()
                    .close(new TimeoutException("The answer was read too slowly"));
        }
    }

    private record Slow(Answer answer, double secondsLeft) {}

    private void sweep() {
        List<Slow> slowestFirst = writing.stream()
                .filter(Answer::isSlow)
                .map(answer -> new Slow(answer, answer.secondsLeft()))
                .sorted(Comparator.comparingDouble(Slow::secondsLeft))
                .toList();
        for (int i = 0; i < slowestFirst.size(); i++) {
            if (slowestFirst.size() - i > MOST_SLOW || slowestFirst.get(i).secondsLeft() < 0) {
                slowestFirst.get(i).answer().giveUp();
            }
        }
        sweepLater();
    }

    private void sweepLater() {
        if (isRunning()) {
            getServer().getScheduler().schedule(this::sweep, 1, TimeUnit.SECONDS);
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        sweepLater();
    }
}
