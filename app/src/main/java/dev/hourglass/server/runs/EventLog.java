package dev.hourglass.server.runs;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.server.http.Answers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a run, in order: one JSON object a line in {@code events.jsonl}, numbered from 1. It outlives page
 * and server. One writer; any number of readers, who wait for what comes next.
 *
 * <p>The last events are remembered; for older ones readers go to the file ({@link EventLines}). What a full disk didn't
 * take is written when there is room again; a line that it tore is ended first, so that it costs no other.
 */
public final class EventLog implements AutoCloseable {
    static final String FILE = "events.jsonl";

    private static final int MOST_REMEMBERED = 5_000;

    private final InstantSource clock;
    private final EventDigest digest = new EventDigest();
    private final List<Event> remembered = new ArrayList<>();
    /** How many of those remembered, at their end, are not in the file yet. */
    private int unwritten;

    private @Nullable ConfinedFolder folder;
    private boolean torn;
    private boolean closed;

    /**
     * @param id from 1
     * @param json the whole line
     */
    public record Event(int id, String type, String json) {}

    private EventLog(InstantSource clock) {
        this.clock = clock;
    }

    /** A log that has no folder yet, such as that of a run that waits. */
    static EventLog begin(InstantSource clock) {
        return new EventLog(clock);
    }

    /**
     * Goes on with the log of a run folder, once it is {@link #keepIn kept} there.
     *
     * @throws IOException if there is something that can't be read
     */
    static EventLog open(ConfinedFolder folder, InstantSource clock) throws IOException {
        EventLog log = new EventLog(clock);
        try (EventLines lines = EventLines.open(folder, 0, 0)) {
            for (Event event = lines.next(); event != null; event = lines.next()) {
                log.digest.add(event);
            }
        } catch (NoSuchFileException e) {
            // It begins now.
        }
        return log;
    }

    /**
     * From now on keeps the log in a folder, with what happened before.
     *
     * @throws IOException if it can't be written
     */
    synchronized void keepIn(ConfinedFolder run) throws IOException {
        if (folder == null) {
            torn = !endsWithALine(run);
            folder = run;
            try {
                write();
            } catch (IOException e) {
                folder = null;
                throw e;
            }
        }
    }

    private static boolean endsWithALine(ConfinedFolder run) throws IOException {
        try (FileChannel in = run.open(FILE, Long.MAX_VALUE)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return in.size() == 0 || (in.read(last, in.size() - 1) == 1 && last.get(0) == '\n');
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /**
     * Adds an event; a disk that is full must not end the run.
     *
     * @param fields after id, time and type; a value may be null
     */
    synchronized void add(String type, Map<String, ? extends @Nullable Object> fields) {
        if (closed || (unwritten > MOST_REMEMBERED && type.equals("step"))) {
            return;
        }
        Event event = remember(type, fields);
        try {
            write();
        } catch (IOException e) {
            // Readers have the event, and it is written when there is room.
        }
        digest.add(event);
        notifyAll();
    }

    /**
     * Adds an event that somebody asked for, or leaves everything as it was.
     *
     * @throws IOException if it can't be written where the log is kept
     */
    synchronized void addKept(String type, Map<String, ? extends @Nullable Object> fields) throws IOException {
        Event event = remember(type, fields);
        try {
            write();
        } catch (IOException e) {
            remembered.removeLast();
            unwritten--;
            throw e;
        }
        digest.add(event);
        notifyAll();
    }

    private Event remember(String type, Map<String, ? extends @Nullable Object> fields) {
        int id = digest.lastId() + 1;
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("id", id);
        event.put("time", clock.instant().toString());
        event.put("type", type);
        event.putAll(fields);
        if (remembered.size() - unwritten > 2 * MOST_REMEMBERED) {
            remembered.subList(0, MOST_REMEMBERED).clear();
        }
        remembered.add(new Event(id, type, Answers.JSON.writeValueAsString(event)));
        unwritten++;
        return remembered.getLast();
    }

    private void write() throws IOException {
        ConfinedFolder to = folder;
        if (to == null || unwritten == 0) {
            return;
        }
        boolean interrupted = Thread.interrupted(); // it would close the channel
        try (FileChannel out = to.append(FILE)) {
            while (unwritten > 0) {
                Event next = remembered.get(remembered.size() - unwritten);
                writeLine(out, next.json());
                unwritten--;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void writeLine(FileChannel out, String json) throws IOException {
        byte[] line = ((torn ? "\n" : "") + json + "\n").getBytes(StandardCharsets.UTF_8);
        boolean wasTorn = torn;
        long before = out.size();
        torn = true; // until it is whole
        try {
            AtomicFile.writeAll(out, ByteBuffer.wrap(line));
            torn = false;
        } catch (IOException e) {
            out.truncate(before); // even a full disk can do that
            torn = wasTorn;
            throw e;
        }
    }

    EventDigest digest() {
        return digest;
    }

    synchronized int lastId() {
        return digest.lastId();
    }

    /** Whether {@link #after} has all that came after an event; else the first of them lie only in the file. */
    synchronized boolean remembersAfter(int id) {
        return id >= (remembered.isEmpty() ? lastId() : remembered.getFirst().id() - 1);
    }

    /**
     * What came after an event, as far as it is remembered; waits for something to come.
     *
     * @return empty if nothing came in time or the log is closed
     */
    synchronized List<Event> after(int id, long patienceMillis) throws InterruptedException {
        long end = System.nanoTime() + patienceMillis * 1_000_000;
        for (long left = patienceMillis; lastId() <= id && !closed && left > 0; ) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
        int from = remembered.size();
        while (from > 0 && remembered.get(from - 1).id() > id) {
            from--;
        }
        return List.copyOf(remembered.subList(from, remembered.size()));
    }

    /** Whether it is in a folder. */
    synchronized boolean isKept() {
        return folder != null;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Nothing comes any more; what could not be written yet is tried once more. */
    @Override
    public synchronized void close() {
        try {
            write();
        } catch (IOException e) {
            // The disk is still full.
        }
        closed = true;
        notifyAll();
    }
}
