package dev.hourglass.data.tables;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Texts as small numbers, in the order in which they came, such as the classes of a table's rows. */
final class Codes {
    private final Map<String, Integer> codes = new LinkedHashMap<>();
    private int last = -1;
    /** The bytes of the text before, so that the same again becomes no string. */
    private byte[] lastBytes = {};

    int code(String text) {
        last = codes.computeIfAbsent(text, ignored -> codes.size());
        lastBytes = text.getBytes(StandardCharsets.UTF_8);
        return last;
    }

    /** The code of the text before where it is the same again, as it mostly is; -1 where it is not. */
    int again(byte[] bytes, int from, int to) {
        return last >= 0 && Arrays.equals(lastBytes, 0, lastBytes.length, bytes, from, to) ? last : -1;
    }

    /** How many texts there are. */
    int count() {
        return codes.size();
    }

    /** What the codes 0, 1, … stand for. */
    List<String> texts() {
        return List.copyOf(codes.keySet());
    }
}
