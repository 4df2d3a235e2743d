package dev.hourglass.server;

import dev.hourglass.lab.Recipe;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The runs that belong to the server: one trains at a time, others wait. They go on whether or not anybody looks, and
 * what was running or waiting when the server stopped goes on when it starts again.
 */
final class RunBoard implements AutoCloseable {
    private static final int MOST_QUEUED = 100;
    /** For a batch to end and its checkpoint to be written. */
    private static final int STOP_SECONDS = 12;

    private final RunShelf shelf;
    private final Recipes recipes;
    private final LabRunner runner;
    private final RunQueueFolder queue;
    private final InstantSource clock;
    private final Map<String, LiveRun> live = new LinkedHashMap<>();
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hourglass-run").factory());
    private boolean closing;
    private volatile long closeBy;

    RunBoard(RunShelf shelf, Recipes recipes, LabRunner runner, InstantSource clock) {
        this.shelf = shelf;
        this.recipes = recipes;
        this.runner = runner;
        this.clock = clock;
        queue = new RunQueueFolder(shelf.folder().resolve(".queue"));
    }

    /** Goes on with what the last server left: first the run that it trained or had paused, then those that waited. */
    void takeUp() {
        List<RunEnding> cutOff = shelf.all().stream()
                .filter(run -> !run.finished())
                .map(RunEnding::of)
                .filter(RunEnding::wasCutOff)
                .sorted(Comparator.comparing(ending -> ending.unlessCutOff() == RunState.QUEUED))
                .toList();
        for (RunEnding ending : cutOff) {
            LiveRun run = taken(ending.run());
            if (ending.unlessCutOff() == RunState.PAUSED) {
                run.control().pause();
            }
            add(run);
        }
        for (RunRequest request : queue.all()) {
            enqueue(request);
        }
    }

    /** Starts a run, or queues it. */
    LiveRun start(RunRequest asked) {
        RunRequest request = withFreeName(asked);
        requireRoom();
        recipes.recipe(request);
        queue.add(request);
        return enqueue(request);
    }

    private synchronized void requireRoom() {
        if (live.values().stream().filter(run -> run.state() == RunState.QUEUED).count() >= MOST_QUEUED) {
            throw ApiException.of(
                    503, null, MOST_QUEUED + " runs are waiting already.", "Start it when some are done.");
        }
    }

    private synchronized RunRequest withFreeName(RunRequest request) {
        String name = request.run();
        for (int number = 2;
                live.containsKey(name) || Files.exists(shelf.folder().resolve(name));
                number++) {
            name = request.run() + "-" + number;
        }
        return new RunRequest(
                name, request.created(), request.recipe(), request.text(), request.overrides(), request.fork());
    }

    private LiveRun enqueue(RunRequest request) {
        Recipe recipe = recipes.recipe(request);
        return add(new LiveRun(
                request.run(),
                shelf.folder().resolve(request.run()),
                recipe,
                request,
                EventLog.begin(clock),
                request.created(),
                clock));
    }

    /** A run that is there in part, to go on with. That it waits is kept, in case the server stops meanwhile. */
    private LiveRun taken(StoredRun run) {
        LiveRun live = new LiveRun(
                run.name(),
                run.folder(),
                run.recipe(),
                null,
                EventLog.open(run.folder(), clock),
                RunEnding.of(run).created().orElseGet(clock::instant),
                clock);
        live.keepIfPossible();
        return live;
    }

    private synchronized LiveRun add(LiveRun run) {
        live.put(run.name(), run);
        worker.execute(() -> work(run));
        return run;
    }

    private void work(LiveRun run) {
        synchronized (this) {
            if (closing || run.state() != RunState.QUEUED) {
                return;
            }
            run.enter(run.control().isPaused() ? RunState.PAUSED : RunState.RUNNING, null);
        }
        if (run.request() != null) {
            queue.remove(run.name());
        }
        RunState last = RunState.FINISHED;
        String message = null;
        try {
            runner.run(run);
        } catch (RuntimeException e) {
            boolean stopped = run.control().isStopped();
            synchronized (this) {
                last = !stopped ? RunState.FAILED : closing ? RunState.INTERRUPTED : RunState.STOPPED;
            }
            message = stopped ? null : Failing.told(e);
        } catch (OutOfMemoryError e) {
            last = RunState.FAILED;
            message = "There is not enough memory. Use a smaller batch size, limit or model, or give Java more.";
        }
        run.end(last, message);
    }

    synchronized Optional<LiveRun> find(String name) {
        return Optional.ofNullable(live.get(name));
    }

    synchronized List<LiveRun> all() {
        return new ArrayList<>(live.values());
    }

    /** The run that trains or holds its place there. */
    synchronized Optional<LiveRun> current() {
        return live.values().stream()
                .filter(run -> run.state() == RunState.RUNNING || run.state() == RunState.PAUSED)
                .findFirst();
    }

    synchronized List<String> queued() {
        return live.values().stream()
                .filter(run -> run.state() == RunState.QUEUED)
                .map(LiveRun::name)
                .toList();
    }

    /** From 1; null for a run that doesn't wait. */
    @Nullable
    Integer queuePosition(LiveRun run) {
        int index = queued().indexOf(run.name());
        return index < 0 ? null : index + 1;
    }

    /** @throws ApiException 409 if it is not running */
    synchronized void pause(String name) {
        LiveRun run = requireLive(name, RunState.RUNNING, "paused");
        run.control().pause();
        run.enter(RunState.PAUSED, null);
    }

    /** Lets a paused run go on, or continues one that ended early. */
    LiveRun goOn(String name) {
        synchronized (this) {
            LiveRun run = live.get(name);
            if (run != null && run.state() == RunState.PAUSED) {
                run.control().resume();
                run.enter(RunState.RUNNING, null);
                return run;
            }
            if (run != null && !run.state().over()) {
                throw ApiException.conflict(
                        "Run '" + name + "' is " + run.state().key() + " already.", "Wait.");
            }
        }
        StoredRun stored = shelf.run(name);
        if (!RunEnding.of(stored).resumable()) {
            throw ApiException.conflict(
                    "Run '" + name + "' has nothing to go on from.", "Start it again, or fork it from an epoch.");
        }
        return add(taken(stored));
    }

    /** Ends a run after its batch, or takes one out of the queue. */
    synchronized LiveRun stop(String name) {
        LiveRun run = live.get(name);
        if (run == null || run.state().over()) {
            throw ApiException.conflict("Run '" + name + "' is not running.", "There is nothing to stop.");
        }
        run.control().stop();
        if (run.state() == RunState.QUEUED) {
            queue.remove(name);
            run.end(RunState.STOPPED, "It was taken out of the queue.");
            if (!Files.exists(run.folder())) {
                live.remove(name);
            }
        }
        return run;
    }

    private LiveRun requireLive(String name, RunState state, String wish) {
        LiveRun run = live.get(name);
        if (run == null || run.state() != state) {
            String is = run == null ? "not in this server's hands" : run.state().key();
            throw ApiException.conflict(
                    "Run '" + name + "' can't be " + wish + ": it is " + is + ".", "Look at its state first.");
        }
        return run;
    }

    /** The run that trains comes to its end, to go on with the next server; no other begins. Returns at once. */
    synchronized void beginToClose() {
        if (!closing) {
            closing = true;
            closeBy = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
            live.values().stream()
                    .filter(run -> !run.state().over() && run.state() != RunState.QUEUED)
                    .forEach(run -> run.control().stop());
        }
    }

    /** Returns when the run that trained is saved; it goes on with the next server, as do those that wait. */
    @Override
    public void close() {
        beginToClose();
        worker.shutdown();
        try {
            if (!worker.awaitTermination(closeBy - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                worker.shutdownNow();
                worker.awaitTermination(2, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
        all().forEach(run -> run.log().close());
    }
}
