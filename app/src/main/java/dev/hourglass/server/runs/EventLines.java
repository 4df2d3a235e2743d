package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.server.http.Answers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The events in a run's {@code events.jsonl}, from a place on, with rising numbers. What is no event is passed over, such
 * as a line that a full disk or a crash cut short; so is a last line without an end, which may be written just now.
 */
public final class EventLines implements AutoCloseable {
    /** No event of ours comes near it. */
    private static final int MOST_LINE_BYTES = 1 << 20;

    private static final int MOST_ID = 1_000_000_000;
    private static final Pattern TYPE = Pattern.compile("[a-z]{1,20}");

    private final FileChannel in;
    private final ByteBuffer read = ByteBuffer.allocate(64 << 10).flip();
    private byte[] last = {};
    private long end;
    private int lastId;

    private EventLines(FileChannel in, long from, int afterId) {
        this.in = in;
        end = from;
        lastId = afterId;
    }

    /**
     * @param from a line's beginning, in bytes
     * @param afterId events up to this number are passed over
     * @throws IOException if there is no such file, or something else is in its place
     */
    public static EventLines open(ConfinedFolder run, long from, int afterId) throws IOException {
        FileChannel in = run.open(EventLog.FILE, Long.MAX_VALUE);
        try {
            in.position(from);
            return new EventLines(in, from, afterId);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The next event; null at the end of the last whole line. */
    public EventLog.@Nullable Event next() throws IOException {
        while (readLine()) {
            EventLog.Event event = event(last);
            if (event != null && event.id() > lastId) {
                lastId = event.id();
                return event;
            }
        }
        return null;
    }

    /** Where the last whole line ended, in bytes. */
    long end() {
        return end;
    }

    /** The bytes of the last whole line, with its end; none if it was too long to be one of ours. */
    byte[] last() {
        return last;
    }

    private boolean readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        long bytes = 0;
        while (read.hasRemaining() || fill()) {
            int start = read.position();
            int stop = start;
            while (stop < read.limit() && read.get(stop) != '\n') {
                stop++;
            }
            boolean ends = stop < read.limit();
            int length = stop - start + (ends ? 1 : 0);
            line.write(read.array(), start, Math.min(length, MOST_LINE_BYTES - line.size()));
            read.position(start + length);
            bytes += length;
            if (ends) {
                end += bytes;
                last = line.size() == bytes ? line.toByteArray() : new byte[0];
                return true;
            }
        }
        return false;
    }

    private boolean fill() throws IOException {
        int found = in.read(read.clear());
        read.flip();
        return found > 0;
    }

    private static EventLog.@Nullable Event event(byte[] line) {
        try (JsonParser json = Answers.JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            int id = 0;
            String type = "";
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                if (field.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
                    id = json.getIntValue();
                } else if (field.equals("type") && value == JsonToken.VALUE_STRING) {
                    type = json.getString();
                } else {
                    json.skipChildren();
                }
            }
            boolean ours = id > 0 && id <= MOST_ID && TYPE.matcher(type).matches() && json.nextToken() == null;
            return ours ? new EventLog.Event(id, type, new String(line, StandardCharsets.UTF_8).strip()) : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
