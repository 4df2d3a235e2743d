package dev.hourglass.cli.follow;

import dev.hourglass.data.tables.StreamedRows;
import dev.hourglass.detect.series.StreamingDetector;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Scores of rows as lines of text, with the columns of a file of scores. An event has its number in its rows from the one on at which it was told. */
final class ScoreLines {
    private final boolean json;
    private final List<String> channels;

    ScoreLines(boolean json, List<String> channels) {
        this.json = json;
        this.channels = List.copyOf(channels);
    }

    /** The line of names, with its end; empty where lines have names of their own. */
    String header(StreamedRows rows) {
        if (json) {
            return "";
        }
        StringBuilder line =
                new StringBuilder(rows.hasTimes() ? quoted(rows.timeColumn()) : "row").append(",score,flag,event");
        channels.forEach(channel -> line.append(',').append(quoted("score_" + channel)));
        return line.append('\n').toString();
    }

    /** Of the last row that was taken, with its end. */
    String line(StreamedRows rows, StreamingDetector detector) {
        return json ? jsonLine(rows, detector) : csvLine(rows, detector);
    }

    private String csvLine(StreamedRows rows, StreamingDetector detector) {
        StringBuilder line = new StringBuilder();
        if (rows.hasTimes()) {
            line.append(rows.text(rows.time()));
        } else {
            line.append(detector.rows() - 1);
        }
        line.append(',')
                .append(detector.score())
                .append(',')
                .append(detector.score() > 1 ? 1 : 0)
                .append(',');
        if (detector.isInEvent()) {
            line.append(detector.eventCount());
        }
        for (int i = 0; i < channels.size(); i++) {
            line.append(',').append((float) detector.part(i));
        }
        return line.append('\n').toString();
    }

    private String jsonLine(StreamedRows rows, StreamingDetector detector) {
        ObjectNode line = JsonMapper.shared().createObjectNode();
        line.put("row", detector.rows() - 1);
        if (rows.hasTimes()) {
            line.put("time", rows.text(rows.time()));
        }
        if (Double.isFinite(detector.score())) {
            line.put("score", detector.score());
            ObjectNode parts = line.putObject("parts");
            for (int i = 0; i < channels.size(); i++) {
                parts.put(channels.get(i), (float) detector.part(i));
            }
        } else {
            line.putNull("score");
        }
        if (detector.isInEvent()) {
            line.put("event", detector.eventCount());
        }
        return JsonMapper.shared().writeValueAsString(line) + "\n";
    }

    private static String quoted(String field) {
        boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
