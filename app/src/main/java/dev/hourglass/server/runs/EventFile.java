package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the events of a run that somebody else writes, or nobody: looked at again only when the file has
 * changed, and then read on from where it ended. Thread-safe.
 */
public final class EventFile {
    /** Some million events. Of a longer file, which takes a run weeks, only the end is read. */
    private static final long MOST_BYTES = 256L << 20;

    private EventDigest digest = new EventDigest();
    private long bytes;
    private @Nullable FileTime modified;
    private long end;
    private byte[] last = {};

    /** What the file says now; nothing if there is none that can be read. */
    public synchronized EventDigest look(ConfinedFolder run) {
        try {
            ConfinedFolder.Entry now = run.find(EventLog.FILE).orElse(null);
            if (now == null) {
                forget();
            } else if (now.bytes() != bytes || !now.modified().equals(modified)) {
                readOn(run, now.bytes());
                bytes = now.bytes();
                modified = now.modified();
            }
        } catch (IOException e) {
            forget(); // a link or a pipe in its place, or gone meanwhile
        }
        return digest;
    }

    private void forget() {
        digest = new EventDigest();
        bytes = 0;
        modified = null;
        end = 0;
        last = new byte[0];
    }

    private void readOn(ConfinedFolder run, long size) throws IOException {
        if (!isTheSameUpToTheEnd(run)) {
            forget();
        }
        try (EventLines lines = EventLines.open(run, Math.max(end, size - MOST_BYTES), digest.lastId())) {
            for (EventLog.Event event = lines.next(); event != null; event = lines.next()) {
                digest.add(event);
            }
            if (lines.end() > end) {
                end = lines.end();
                last = lines.last();
            }
        }
    }

    private boolean isTheSameUpToTheEnd(ConfinedFolder run) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(last.length);
        try (FileChannel channel = run.open(EventLog.FILE, Long.MAX_VALUE)) {
            while (found.hasRemaining() && channel.read(found, end - last.length + found.position()) > 0) {
                // until all is there, or the file ends
            }
        }
        return Arrays.equals(found.array(), last) && !found.hasRemaining();
    }
}
