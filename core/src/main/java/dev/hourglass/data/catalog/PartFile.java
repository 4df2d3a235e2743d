package dev.hourglass.data.catalog;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes the body of one answer into a file that may hold its beginning already. The HTTP client's threads write, the
 * thread that waits looks at the counters.
 */
final class PartFile implements BodyHandler<Long>, BodySubscriber<Long>, AutoCloseable {
    private final FileChannel channel;
    private final long start;
    private final long limit;
    private final CompletableFuture<Long> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private volatile boolean accepted;
    private volatile boolean tooLong;
    /** What this answer has brought, which lies behind the first {@code kept} bytes. */
    private final AtomicLong received = new AtomicLong();

    private volatile long kept;
    private volatile OptionalLong total = OptionalLong.empty();
    private volatile @Nullable IOException writeFailure;

    /** @param limit in bytes, above which the answer is refused */
    PartFile(Path file, long limit) throws IOException {
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        this.start = channel.size();
        this.kept = start;
        this.limit = limit;
    }

    /** How many bytes were there before. */
    long start() {
        return start;
    }

    /** How many bytes are there now. */
    long length() {
        return kept + received.get();
    }

    /** How many bytes this answer has brought. */
    long received() {
        return received.get();
    }

    /** How many there will be, if the answer said so. */
    OptionalLong total() {
        return total;
    }

    /** Whether the answer was the file or its asked-for rest. */
    boolean accepted() {
        return accepted;
    }

    boolean tooLong() {
        return tooLong;
    }

    /** @throws IOException if the disk and not the source failed */
    void checkWritten() throws IOException {
        IOException failure = writeFailure;
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public BodySubscriber<Long> apply(ResponseInfo answer) {
        boolean rest = start > 0
                && answer.statusCode() == 206
                && answer.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + start + "-");
        boolean whole = answer.statusCode() == 200;
        long from = rest ? start : 0;
        if (whole || rest) {
            try {
                channel.truncate(from).position(from);
                kept = from;
                OptionalLong announced = answer.headers().firstValueAsLong("Content-Length");
                total = announced.isPresent() ? OptionalLong.of(from + announced.getAsLong()) : announced;
                accepted = true;
            } catch (IOException e) {
                writeFailure = e;
            }
        }
        return this;
    }

    @Override
    public CompletionStage<Long> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (accepted) {
            given.request(1);
        } else {
            // The page that explains an error isn't worth waiting for.
            given.cancel();
            body.complete(0L);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        try {
            for (ByteBuffer buffer : buffers) {
                if (length() + buffer.remaining() > limit) {
                    tooLong = true;
                    fail(new IOException(String.format(Locale.ROOT, "sent more than %,d bytes", limit)));
                    return;
                }
                while (buffer.hasRemaining()) {
                    received.addAndGet(channel.write(buffer));
                }
            }
        } catch (IOException e) {
            writeFailure = e;
            fail(e);
            return;
        }
        subscribed().request(1);
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(length());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void fail(IOException failure) {
        subscribed().cancel();
        body.completeExceptionally(failure);
    }

    private Flow.Subscription subscribed() {
        Flow.Subscription given = subscription;
        if (given == null) {
            throw new IllegalStateException("no data before the subscription");
        }
        return given;
    }
}
