package dev.hourglass.engine;

import java.util.List;

/** A loss or an optimizer can't be as it was asked for: its name, one of its settings or a value is not among those it has. */
public final class SettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String setting;
    private final String expected;
    private final String found;
    private final boolean unknown;
    private final transient List<String> known;

    private SettingException(String setting, String expected, String found, boolean unknown, List<String> known) {
        super((setting.isEmpty() ? "" : setting + ": ") + "expected " + expected + ", found " + found);
        this.setting = setting;
        this.expected = expected;
        this.found = found;
        this.unknown = unknown;
        this.known = List.copyOf(known);
    }

    static SettingException value(String setting, String expected, Object found) {
        String text = found instanceof Number || found instanceof Boolean ? found.toString() : "'" + found + "'";
        return new SettingException(setting, expected, text, false, List.of());
    }

    /** @param owner such as {@code SGD}, which has no setting of that name */
    static SettingException unknown(String owner, String setting, List<String> known) {
        String all = known.isEmpty() ? owner + " to have no settings" : "a setting of " + owner;
        return new SettingException(setting, all, "'" + setting + "'", true, known);
    }

    /** @param what such as {@code a loss} */
    static SettingException unknownName(String what, String name, List<String> known) {
        return new SettingException("", what, "'" + name + "'", true, known);
    }

    /** The setting by Keras's name, such as {@code label_smoothing}; empty if the loss or optimizer itself is unknown. */
    public String setting() {
        return setting;
    }

    /** Such as {@code a number > 0}. */
    public String expected() {
        return expected;
    }

    /** What stood there instead, as it is to be shown. */
    public String found() {
        return found;
    }

    /** Whether it is the name that there is none of, not its value. */
    public boolean isUnknown() {
        return unknown;
    }

    /** The names that there are, where an unknown one was found; else empty. */
    public List<String> known() {
        return known;
    }
}
