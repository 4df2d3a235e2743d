package dev.hourglass.server.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * A request's body on its way. No thread waits for it: the one that reads from the network brings each piece. A request
 * that is refused before its body has come is answered at once. What still comes is read on for a while and thrown away,
 * because a connection that is closed with bytes unread takes the answer with it.
 */
final class Incoming implements Invocable.Task {
    private static final int FIRST_BYTES = 64 << 10;
    /** A refused body is read on up to here and no longer than this. */
    private static final long MOST_DISCARDED_BYTES = 256L << 20;

    private static final int LINGER_SECONDS = 10;

    /** While the server stops, which waits for all that is not complete. */
    private static final int LAST_LINGER_SECONDS = 2;

    /** What a client is told that was silent for too long, or too slow. */
    static final Refusal LATE = Refusal.of(ApiException.of(
            408, null, "The request's body did not come in time.", "Send it again, faster or in smaller parts."));

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final int mostBytes;
    private final MemoryBudget.Share memory;
    private final Consumer<byte[]> whole;

    private byte[] bytes = {};
    private int count;
    private long discarded;
    private boolean reading;
    private boolean demanded;
    /** Nothing more comes. */
    private boolean ended;

    private boolean refused;
    private boolean answered;
    private boolean completed;

    /**
     * @param mostBytes the length that the body may have
     * @param memory pays for what has come
     * @param whole gets the bytes when all are there
     */
    Incoming(
            Request request,
            Response response,
            Callback callback,
            int mostBytes,
            MemoryBudget.Share memory,
            Consumer<byte[]> whole) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.mostBytes = mostBytes;
        this.memory = memory;
        this.whole = whole;
    }

    /** Whether the headers announce a body. */
    static boolean isAnnounced(Request request) {
        return request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > 0
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /** Answers a request whose body, if it has one, nobody wants. */
    static void refuse(Request request, Response response, Callback callback, Refusal why) {
        new Incoming(request, response, callback, 0, MemoryBudget.NONE, bytes -> {}).refuse(why);
    }

    /** What comes is handled at once, by the thread that reads from the network. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** Takes what is there, and comes again when there is more. */
    @Override
    public void run() {
        byte[] all = readOn();
        if (all != null) {
            whole.accept(all);
        }
    }

    /** Whether the body is wanted and not whole yet. */
    synchronized boolean isAwaited() {
        return !ended && !refused;
    }

    /** How many bytes have come. */
    synchronized int count() {
        return count;
    }

    String client() {
        return Request.getRemoteAddr(request);
    }

    /** Answers now, unless the body is whole already or refused. */
    synchronized void refuse(Refusal why) {
        if (ended || refused) {
            return;
        }
        refused = true;
        bytes = new byte[0];
        memory.close();
        boolean asksFirst = request.getHeaders().contains(HttpHeader.EXPECT); // to read would be to say yes
        if (!isAnnounced(request)) {
            ended = true;
        } else if (!reading && !demanded && !asksFirst) {
            readOn();
        }
        boolean more = !ended;
        int linger = why == Refusal.STOPPING ? LAST_LINGER_SECONDS : LINGER_SECONDS;
        why.write(response, more, Callback.from(() -> answered(more && !asksFirst, linger), this::failed));
    }

    private synchronized void answered(boolean more, int lingerSeconds) {
        answered = true;
        if (ended || !more) {
            complete();
        } else {
            request.getComponents().getScheduler().schedule(this::complete, lingerSeconds, TimeUnit.SECONDS);
        }
    }

    private synchronized void complete() {
        if (!completed) {
            completed = true;
            ended = true;
            callback.succeeded();
        }
    }

    private synchronized void failed(Throwable why) {
        if (!completed) {
            completed = true;
            ended = true;
            memory.close();
            callback.failed(why);
        }
    }

    /** @return the body, if it is whole now and wanted */
    private synchronized byte @org.jspecify.annotations.Nullable [] readOn() {
        demanded = false;
        reading = true;
        try {
            while (!ended) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    demanded = true;
                    request.demand(this);
                    return null;
                }
                if (Content.Chunk.isFailure(chunk, false) && chunk.getFailure() instanceof TimeoutException) {
                    refuse(LATE); // the connection lives: what still comes is thrown away
                    continue;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    broken(chunk.getFailure());
                    return null;
                }
                take(chunk.getByteBuffer());
                chunk.release();
                if (chunk.isLast()) {
                    return last();
                }
            }
            return null;
        } finally {
            reading = false;
        }
    }

    private void broken(Throwable why) {
        if (refused) {
            last();
        } else {
            failed(why);
        }
    }

    private byte @org.jspecify.annotations.Nullable [] last() {
        ended = true;
        if (!refused) {
            byte[] all = bytes.length == count ? bytes : Arrays.copyOf(bytes, count);
            bytes = new byte[0];
            return all;
        }
        if (answered) {
            complete();
        }
        return null;
    }

    private void take(ByteBuffer from) {
        int more = from.remaining();
        if (!refused && more > mostBytes - count) {
            refuse(Refusal.of(Body.tooLarge(mostBytes)));
        } else if (!refused && count + more > bytes.length && !grow(count + more)) {
            refuse(MemoryBudget.SHORTAGE);
        }
        if (!refused) {
            from.get(bytes, count, more);
            count += more;
            return;
        }
        from.position(from.limit());
        discarded += more;
        if (discarded > MOST_DISCARDED_BYTES && answered) {
            complete();
        }
    }

    /** By what has come, not by what was announced. */
    private boolean grow(int least) {
        long announced = request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        long most = announced > 0 ? Math.min(announced, mostBytes) : mostBytes;
        int length = (int) Math.max(least, Math.min(most, Math.max(FIRST_BYTES, 2L * bytes.length)));
        if (!memory.take(length - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, length);
        return true;
    }
}
