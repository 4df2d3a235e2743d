package dev.hourglass.server;

import dev.hourglass.files.AtomicFile;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What happened to a run, in order: one JSON object a line in {@code events.jsonl}, numbered from 1. It outlives page
 * and server. One writer; any number of readers, who wait for what comes next. A line that was cut short by a crash is
 * left out when the log is kept again.
 */
final class EventLog implements AutoCloseable {
    static final String FILE = "events.jsonl";

    private final InstantSource clock;
    private final List<Event> events;
    private @Nullable BufferedWriter out;
    private boolean closed;

    /**
     * @param id from 1
     * @param json the whole line
     */
    record Event(int id, String type, String json) {}

    private EventLog(InstantSource clock, List<Event> events) {
        this.clock = clock;
        this.events = events;
    }

    /** A log that has no folder yet, such as that of a run that waits. */
    static EventLog begin(InstantSource clock) {
        return new EventLog(clock, new ArrayList<>());
    }

    /** Goes on with the log of a run folder. */
    static EventLog open(Path folder, InstantSource clock) {
        return new EventLog(clock, new ArrayList<>(readAll(folder.resolve(FILE))));
    }

    /**
     * From now on keeps the log in a folder, with all that happened before.
     *
     * @throws IOException if it can't be written
     */
    synchronized void keepIn(Path folder) throws IOException {
        if (out == null) {
            StringBuilder lines = new StringBuilder();
            events.forEach(event -> lines.append(event.json()).append('\n'));
            Path file = folder.resolve(FILE);
            AtomicFile.write(file, lines.toString());
            out = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        }
    }

    /** The events of a type so far, whoever writes the log. */
    static List<JsonNode> read(Path folder, String type) {
        List<JsonNode> found = new ArrayList<>();
        for (Event event : readAll(folder.resolve(FILE))) {
            if (event.type().equals(type)) {
                found.add(Answers.JSON.readTree(event.json()));
            }
        }
        return found;
    }

    /** Whole lines up to the first that is none. */
    static List<Event> readAll(Path file) {
        List<Event> events = new ArrayList<>();
        if (!Files.isRegularFile(file)) {
            return events;
        }
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.endsWith("}")) {
                    break;
                }
                JsonNode event = Answers.JSON.readTree(line);
                events.add(
                        new Event(event.path("id").asInt(), event.path("type").asString(""), line));
            }
        } catch (IOException | JacksonException e) {
            return events; // what came before is whole
        }
        return events;
    }

    /** @param fields after id, time and type; a value may be null */
    synchronized void add(String type, Map<String, ? extends @Nullable Object> fields) {
        if (closed) {
            return;
        }
        int id = events.isEmpty() ? 1 : events.getLast().id() + 1;
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("id", id);
        event.put("time", clock.instant().toString());
        event.put("type", type);
        event.putAll(fields);
        String json = Answers.JSON.writeValueAsString(event);
        events.add(new Event(id, type, json));
        notifyAll();
        BufferedWriter file = out;
        if (file == null) {
            return;
        }
        try {
            file.write(json);
            file.write('\n');
            file.flush();
        } catch (IOException e) {
            // A full disk must not end the run; readers have the event, and a restart goes on without it.
        }
    }

    /** The events of a type so far. */
    synchronized List<JsonNode> of(String type) {
        return events.stream()
                .filter(event -> event.type().equals(type))
                .map(event -> Answers.JSON.readTree(event.json()))
                .toList();
    }

    synchronized int lastId() {
        return events.isEmpty() ? 0 : events.getLast().id();
    }

    /**
     * What came after an event; waits for something to come.
     *
     * @return empty if nothing came in time or the log is closed
     */
    synchronized List<Event> after(int id, long patienceMillis) throws InterruptedException {
        long end = System.nanoTime() + patienceMillis * 1_000_000;
        for (long left = patienceMillis; lastId() <= id && !closed && left > 0; ) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
        int from = events.size();
        while (from > 0 && events.get(from - 1).id() > id) {
            from--;
        }
        return List.copyOf(events.subList(from, events.size()));
    }

    /** Whether it is in a folder. */
    synchronized boolean isKept() {
        return out != null;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Nothing comes any more. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        BufferedWriter file = out;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                // Each line was written out when it came.
            }
        }
    }
}
