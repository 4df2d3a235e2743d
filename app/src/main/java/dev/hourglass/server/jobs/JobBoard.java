package dev.hourglass.server.jobs;

import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import io.javalin.http.Context;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The jobs: two compute at a time, a bounded number wait, and results are kept until newer ones push them out. Whoever
 * asks for the same thing gets the same job.
 */
public final class JobBoard implements AutoCloseable {
    private static final int AT_ONCE = 2;
    private static final int MOST_WAITING = 32;
    private static final int MOST_KEPT = 60;
    /** A part of what Java may use, for results that are large. */
    private static final int SHARE_OF_RESULTS = 4;

    /** A job that is this quick answers the request that started it. */
    private static final long AT_ONCE_MILLIS = 300;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            AT_ONCE,
            AT_ONCE,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().name("hourglass-job-", 1).daemon().factory());
    private final Map<String, Job<?>> byKey = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Answers with the result of a job, or 202 and the job if it isn't done soon.
     *
     * @param key what is computed: the same key, the same result
     */
    public <T> void answer(Context context, String key, String task, Job.Work<T> work, Consumer<T> whenDone) {
        Job<T> job = start(key, task, work);
        try {
            job.await(AT_ONCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Optional<T> result = job.result();
        if (result.isPresent()) {
            whenDone.accept(result.get());
            return;
        }
        Job.View view = job.view();
        if (job.state() == Job.State.FAILED) {
            throw ApiException.impossible(null, String.valueOf(view.message()), null);
        }
        context.status(202);
        Answers.json(context, Map.of("job", view));
    }

    /** The job of this key, started if there is none or it failed or was cancelled before. */
    @SuppressWarnings("unchecked") // a key is used for one kind of result alone
    synchronized <T> Job<T> start(String key, String task, Job.Work<T> work) {
        Job<?> known = byKey.get(key);
        if (known != null && known.state() != Job.State.FAILED && known.state() != Job.State.CANCELLED) {
            return (Job<T>) known;
        }
        Job<T> job = new Job<>(id(key), task, work);
        try {
            threads.execute(job::run);
        } catch (RejectedExecutionException e) {
            throw ApiException.of(
                    503, null, MOST_WAITING + " jobs are waiting already.", "Ask again when some are done.");
        }
        byKey.remove(key);
        byKey.put(key, job);
        forgetOldest();
        return job;
    }

    private void forgetOldest() {
        var oldest = byKey.entrySet().iterator();
        while (byKey.size() > MOST_KEPT && oldest.hasNext()) {
            if (oldest.next().getValue().state().over()) {
                oldest.remove();
            }
        }
        forgetLarge();
    }

    private void forgetLarge() {
        long left = Runtime.getRuntime().maxMemory() / SHARE_OF_RESULTS;
        List<Map.Entry<String, Job<?>>> newestFirst =
                List.copyOf(byKey.entrySet()).reversed();
        for (Map.Entry<String, Job<?>> entry : newestFirst) {
            if (entry.getValue().result().orElse(null) instanceof LargeResult large) {
                left -= large.bytes();
                if (left < 0) {
                    byKey.remove(entry.getKey());
                }
            }
        }
    }

    /** Keeps what was computed along the way, as if a job had. */
    public synchronized <T> void store(String key, T result) {
        if (finished(key).isEmpty()) {
            Job<T> job = new Job<>(id(key), key, progress -> result);
            job.run();
            byKey.put(key, job);
        }
    }

    /** The finished result of a key, if there is one. */
    @SuppressWarnings("unchecked") // as in start
    public synchronized <T> Optional<T> finished(String key) {
        Job<?> known = byKey.get(key);
        return known == null ? Optional.empty() : (Optional<T>) known.result();
    }

    /** The finished results of all keys that begin so, in the keys' order. */
    @SuppressWarnings("unchecked") // as in start, and the keys that begin so are of one kind
    public synchronized <T> List<T> allFinished(String prefix) {
        return byKey.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> ((Optional<T>) entry.getValue().result()).stream())
                .toList();
    }

    /** Results of keys that begin so are stale, as when a run writes its model again. */
    synchronized void forget(String prefix) {
        byKey.entrySet().removeIf(entry -> entry.getKey().startsWith(prefix));
    }

    synchronized Job<?> job(String id) {
        return byKey.values().stream()
                .filter(job -> job.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiException.missing(
                        "job", "There is no such job, or its result has expired.", "Ask for its result again."));
    }

    private static String id(String key) {
        return HexFormat.of().toHexDigits(System.nanoTime()) + HexFormat.of().toHexDigits(key.hashCode());
    }

    @Override
    public void close() {
        synchronized (this) {
            byKey.values().forEach(Job::cancel);
        }
        threads.shutdownNow();
    }
}
