package dev.hourglass.server.runs;

import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.recipes.Recipes;
import dev.hourglass.server.recipes.RunRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runs that belong to the server: one trains at a time, others wait. They go on whether or not anybody looks, and
 * what was running or waiting when the server stopped goes on when it starts again.
 *
 * <p>Names and states change under this object's lock. What takes longer, on the disk, is done between: meanwhile the
 * name is claimed, and nobody else gets it.
 */
public final class RunBoard implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RunBoard.class.getName());
    private static final int MOST_QUEUED = 100;
    /** For a batch to end and its checkpoint to be written. */
    private static final int STOP_SECONDS = 12;

    private final RunShelf shelf;
    private final Recipes recipes;
    private final LabRunner runner;
    private final RunQueueFolder queue;
    private final InstantSource clock;
    private final Map<String, LiveRun> live = new LinkedHashMap<>();
    /** Names of runs that are about to be live. */
    private final Set<String> claimed = new HashSet<>();

    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hourglass-run").factory());
    private boolean closing;
    private volatile long closeBy;

    public RunBoard(RunShelf shelf, Recipes recipes, LabRunner runner, InstantSource clock) {
        this.shelf = shelf;
        this.recipes = recipes;
        this.runner = runner;
        this.clock = clock;
        queue = new RunQueueFolder(shelf.folder());
    }

    /**
     * Goes on with what the last server left: first the run that it trained or had paused, then those that waited. What
     * can't be taken up is named in the log and passed over.
     */
    public void takeUp() {
        List<RunEnding> cutOff = shelf.each(run -> Stream.of(RunEnding.of(run)).filter(RunEnding::wasCutOff)).stream()
                .filter(ending -> holder(ending.run()).isEmpty())
                .sorted(Comparator.comparing(ending -> ending.unlessCutOff() == RunState.QUEUED))
                .toList();
        for (RunEnding ending : cutOff) {
            takeUp(ending.run().name(), () -> {
                LiveRun run = taken(ending.run());
                if (ending.unlessCutOff() == RunState.PAUSED) {
                    run.control().pause();
                }
                return run;
            });
        }
        queue.all().forEach(this::takeUp);
    }

    /**
     * A run that was cut off before it had a journal starts again; what there is of it would be in its way. One whose
     * name somebody else took meanwhile gets another.
     */
    private void takeUp(RunRequest request) {
        String name = request.run();
        Optional<StoredRun> begun = shelf.find(name)
                .filter(run -> run.request().filter(request::equals).isPresent());
        if (begun.map(RunEnding::of)
                .filter(ending -> ending.resumable() || ending.state() != RunState.INTERRUPTED)
                .isPresent()) {
            queue.removeIfPossible(name); // it needs no place in the queue any more
        } else if (begun.isEmpty() && shelf.has(name)) {
            try {
                start(request);
                queue.removeIfPossible(name);
            } catch (RuntimeException e) {
                PassedOver.log("Run " + name + " is not resumed", e);
            }
        } else {
            takeUp(name, () -> {
                begun.ifPresent(StoredRun::removeBeginning);
                return queued(request);
            });
        }
    }

    private void takeUp(String name, Supplier<LiveRun> run) {
        if (!claim(name)) {
            return; // a request was quicker, or it waits in the queue and has begun as well
        }
        try {
            add(run.get());
        } catch (RuntimeException e) {
            PassedOver.log("Run " + name + " is not resumed", e);
        } finally {
            release(name);
        }
    }

    /**
     * Starts a run, or queues it.
     *
     * @param asked by a name that gets a number if it is taken
     */
    LiveRun start(RunRequest asked) {
        Recipe recipe = recipes.recipe(asked);
        RunRequest request = asked.withRun(claimNameLike(asked.run()));
        try {
            queue.add(request);
            return add(queued(request, recipe));
        } finally {
            release(request.run());
        }
    }

    private synchronized String claimNameLike(String wanted) {
        if (closing) {
            throw ApiException.of(503, null, "The server is about to stop.", "Start the run when it is back.");
        }
        long waiting = live.values().stream()
                .filter(run -> run.state() == RunState.QUEUED)
                .count();
        if (waiting + claimed.size() >= MOST_QUEUED) {
            throw ApiException.of(
                    503, null, MOST_QUEUED + " runs are waiting already.", "Start it when some are done.");
        }
        String name = wanted;
        for (int number = 2; isTaken(name); number++) {
            name = wanted + "-" + number;
        }
        claimed.add(name);
        return name;
    }

    private boolean isTaken(String name) {
        return live.containsKey(name) || claimed.contains(name) || queue.has(name) || shelf.has(name);
    }

    /** Whether nobody else works on a run of this name, or is about to. */
    private synchronized boolean claim(String name) {
        LiveRun run = live.get(name);
        return (run == null || run.state().over()) && claimed.add(name);
    }

    private synchronized void release(String name) {
        claimed.remove(name);
    }

    private LiveRun queued(RunRequest request) {
        return queued(request, recipes.recipe(request));
    }

    private LiveRun queued(RunRequest request, Recipe recipe) {
        return LiveRun.asked(request, shelf.folder(), recipe, EventLog.begin(clock));
    }

    /** A run that is there in part, to go on with. That it waits is kept, in case the server stops meanwhile. */
    private LiveRun taken(StoredRun run) {
        Instant created = RunEnding.of(run).created().orElseGet(clock::instant);
        try {
            LiveRun live = LiveRun.goingOn(run, shelf.folder(), created, EventLog.open(run.folder(), clock));
            live.keep();
            return live;
        } catch (IOException e) {
            throw ApiException.unreadable("The events of run " + run.name(), e);
        }
    }

    private synchronized LiveRun add(LiveRun run) {
        live.put(run.name(), run);
        if (!closing) { // else the next server begins with it
            worker.execute(() -> work(run));
        }
        return run;
    }

    private void work(LiveRun run) {
        synchronized (this) {
            if (closing || run.state() != RunState.QUEUED) {
                return;
            }
            run.enter(run.control().isPaused() ? RunState.PAUSED : RunState.RUNNING, null);
        }
        RunState last = RunState.FINISHED;
        String message = null;
        try {
            runner.run(run, event -> {
                run.accept(event);
                if (event instanceof LabEvent.ModelStarted) {
                    queue.removeIfPossible(run.name()); // it has a journal now
                }
            });
        } catch (RuntimeException e) {
            boolean stopped = run.control().isStopped();
            synchronized (this) {
                last = !stopped ? RunState.FAILED : closing ? RunState.INTERRUPTED : RunState.STOPPED;
            }
            message = stopped ? null : ErrorResponses.told(e);
        } catch (OutOfMemoryError e) {
            last = RunState.FAILED;
            message = "There is not enough memory. Use a smaller batch size, limit or model, or give Java more.";
        } catch (Error e) { // else the run would hold the line for ever
            LOG.log(System.Logger.Level.ERROR, "Run " + run.name() + " failed", e);
            last = RunState.FAILED;
            message = "The server made a mistake; its log says which.";
        }
        if (last == RunState.INTERRUPTED) {
            run.end(last, message); // it is in the queue still, or has a journal
            return;
        }
        run.endAndKeep(last, message);
        if (run.log().isKept()) {
            queue.removeIfPossible(run.name());
        }
    }

    synchronized Optional<LiveRun> find(String name) {
        return Optional.ofNullable(live.get(name));
    }

    synchronized List<LiveRun> all() {
        return new ArrayList<>(live.values());
    }

    /** The run that trains or holds its place there. */
    public synchronized Optional<LiveRun> current() {
        return live.values().stream()
                .filter(run -> run.state() == RunState.RUNNING || run.state() == RunState.PAUSED)
                .findFirst();
    }

    /** A run that is not over and uses the file or folder, if there is one. */
    public synchronized Optional<String> userOf(Path data) {
        return live.values().stream()
                .filter(run ->
                        !run.state().over() && run.recipe().data().stream().anyMatch(each -> each.isWithin(data)))
                .map(LiveRun::name)
                .findFirst();
    }

    public synchronized List<String> queued() {
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
        run.enterIfKept(RunState.PAUSED, null);
        run.control().pause();
    }

    /** Lets a paused run go on, or continues one that ended early. */
    LiveRun goOn(String name) {
        LiveRun run;
        synchronized (this) {
            run = live.get(name);
            if (run != null && run.state() == RunState.PAUSED) {
                run.enterIfKept(RunState.RUNNING, null);
                run.control().resume();
                return run;
            }
            if (closing) {
                throw ApiException.of(503, null, "The server is about to stop.", "Ask when it is back.");
            }
            if (!claim(name)) {
                String is = run == null ? "about to go on" : run.state().key();
                throw ApiException.conflict("Run '" + name + "' is " + is + " already.", "Wait.");
            }
        }
        try {
            StoredRun stored = shelf.run(name);
            if (!RunEnding.of(stored).resumable()) {
                throw ApiException.conflict(
                        "Run '" + name + "' has nothing to continue from.",
                        "Start it again, or fork it from an" + " epoch.");
            }
            RunFolder.holder(stored.folder().path()).ifPresent(holder -> {
                throw ApiException.conflict("Run '" + name + "' is trained by " + holder + ".", "Wait.");
            });
            if (run != null) {
                run.log().close(); // writes what a full disk didn't take then
            }
            return add(taken(stored));
        } finally {
            release(name);
        }
    }

    /** Who else works on a run that is not finished, such as {@code process 4711}; empty if nobody does. */
    synchronized Optional<String> holder(StoredRun run) {
        LiveRun own = live.get(run.name());
        boolean ours =
                claimed.contains(run.name()) || (own != null && !own.state().over());
        return ours || !run.isMarkedUnfinished()
                ? Optional.empty()
                : RunFolder.holder(run.folder().path());
    }

    /**
     * Ends a run after its batch, or takes one out of the queue.
     *
     * @throws ApiException 409 if it is not running; 507 if the disk is full, since the next server would take it up again
     */
    synchronized LiveRun stop(String name) {
        LiveRun run = live.get(name);
        if (run == null || run.state().over()) {
            throw ApiException.conflict("Run '" + name + "' is not running.", "There is nothing to stop.");
        }
        if (run.state() == RunState.QUEUED) {
            queue.remove(name);
            run.end(RunState.STOPPED, "It was taken out of the queue.");
            if (!shelf.has(name)) {
                live.remove(name);
            }
        } else {
            run.askToStop();
        }
        run.control().stop();
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
    public synchronized void beginToClose() {
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
