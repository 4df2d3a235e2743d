package dev.hourglass.data.tables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Texts as small numbers, in the order in which they came, such as the classes of a table's rows. */
public final class Codes {
    private final Map<String, Integer> codes = new LinkedHashMap<>();
    private final List<String> texts = new ArrayList<>();
    /** The bytes of each, so that the same text again becomes no string. */
    private final List<byte[]> known = new ArrayList<>();

    private int last = -1;

    int code(String text) {
        Integer code = codes.get(text);
        if (code == null) {
            code = texts.size();
            codes.put(text, code);
            texts.add(text);
            known.add(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        last = code;
        return code;
    }

    /** The code of the text before where it is the same again, as it mostly is; -1 where it is not. */
    int again(byte[] bytes, int from, int to) {
        return last >= 0 && Arrays.equals(known.get(last), 0, known.get(last).length, bytes, from, to) ? last : -1;
    }

    /** What the codes 0, 1, … stand for. */
    public List<String> texts() {
        return List.copyOf(texts);
    }
}
