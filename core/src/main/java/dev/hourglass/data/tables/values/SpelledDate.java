package dev.hourglass.data.tables.values;

import java.time.Month;
import java.time.format.TextStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates that have the month as a word, no separators, or no day, rewritten as ISO 8601 has them. */
public final class SpelledDate {
    private static final int MOST_CHARACTERS = 48;
    private static final String WEEKDAY = "(?:\\p{L}{2,10}\\.?,? +)?";
    /** {@code 01-Mar-2024 00:00:00}, {@code Fri, 01 Mar 2024}, {@code 01MAR2024:00:00:00}. */
    private static final Pattern DAY_FIRST =
            Pattern.compile(WEEKDAY + "(\\d{1,2})\\.?[- /.]*(\\p{L}{3,9})\\.?,?[- /.]*(\\d{4}|\\d{2})(?:[ T:,]+(.+))?");
    /** {@code Mar 1, 2024 12:00 AM}. */
    private static final Pattern MONTH_FIRST =
            Pattern.compile(WEEKDAY + "(\\p{L}{3,9})\\.? +(\\d{1,2})(?:st|nd|rd|th)?,? +(\\d{4})(?:[ T,]+(.+))?");
    /** {@code Fri Mar  1 00:00:00 2024}, as C's ctime writes. */
    private static final Pattern YEAR_LAST = Pattern.compile(
            WEEKDAY + "(\\p{L}{3,9}) +(\\d{1,2}) +(\\d{1,2}:\\d{2}(?::\\d{2})?)(?: +([A-Z]{3,4}))? +(\\d{4})");
    /** {@code 20240301T120000Z}; digits alone are numbers, unless a column is known to have times. */
    private static final Pattern BASIC = Pattern.compile(
            "(\\d{4})(\\d{2})(\\d{2})[T ](\\d{2}):?(\\d{2})(?::?(\\d{2}(?:[.,]\\d{1,9})?))?(Z|[+-]\\d{2}:?\\d{2})?");

    private static final Pattern DIGITS =
            Pattern.compile("((?:19|20)\\d{2})(\\d{2})(\\d{2})(?:(\\d{2})(\\d{2})(\\d{2})?)?");
    private static final Pattern YEAR_AND_MONTH = Pattern.compile("((?:1[5-9]|2[01])\\d{2})[-/](\\d{2})");
    private static final Map<String, Integer> MONTHS = months();

    private SpelledDate() {}

    private static Map<String, Integer> months() {
        Map<String, Integer> months = new HashMap<>();
        for (Month month : Month.values()) {
            for (Locale locale : List.of(Locale.ENGLISH, Locale.GERMAN)) {
                String name = month.getDisplayName(TextStyle.FULL, locale).toLowerCase(Locale.ROOT);
                months.put(name, month.getValue());
                months.put(name.substring(0, 3), month.getValue());
            }
        }
        months.put("sept", Month.SEPTEMBER.getValue());
        return Map.copyOf(months);
    }

    /** @return empty where it is none of these */
    static String iso(String text) {
        if (text.length() < 7 || text.length() > MOST_CHARACTERS || text.indexOf('\n') >= 0) {
            return "";
        }
        Matcher matcher = YEAR_AND_MONTH.matcher(text);
        if (matcher.matches()) {
            return matcher.group(1) + "-" + matcher.group(2) + "-01";
        }
        matcher = BASIC.matcher(text);
        if (matcher.matches()) {
            return date(matcher) + "T" + matcher.group(4) + ":" + matcher.group(5)
                    + (matcher.group(6) == null ? "" : ":" + matcher.group(6)) + given(matcher.group(7));
        }
        return hasWord(text) ? spelled(text) : "";
    }

    /** Of a column that has times: {@code 20240301}, {@code 202403011200} or {@code 20240301120000}; else empty. */
    static String isoOfDigits(String text) {
        Matcher matcher = DIGITS.matcher(text);
        if (!matcher.matches()) {
            return "";
        }
        return date(matcher)
                + (matcher.group(4) == null ? "" : "T" + matcher.group(4) + ":" + matcher.group(5))
                + (matcher.group(6) == null ? "" : ":" + matcher.group(6));
    }

    private static String date(Matcher matcher) {
        return matcher.group(1) + "-" + matcher.group(2) + "-" + matcher.group(3);
    }

    private static boolean hasWord(String text) {
        boolean digit = false;
        int letters = 0;
        int most = 0;
        for (int i = 0; i < text.length(); i++) {
            digit |= Character.isDigit(text.charAt(i));
            letters = Character.isLetter(text.charAt(i)) ? letters + 1 : 0;
            most = Math.max(most, letters);
        }
        return digit && most >= 3;
    }

    private static String spelled(String text) {
        Matcher matcher = DAY_FIRST.matcher(text);
        if (matcher.matches()) {
            return iso(matcher.group(3), matcher.group(2), matcher.group(1), given(matcher.group(4)));
        }
        matcher = MONTH_FIRST.matcher(text);
        if (matcher.matches()) {
            return iso(matcher.group(3), matcher.group(1), matcher.group(2), given(matcher.group(4)));
        }
        matcher = YEAR_LAST.matcher(text);
        return matcher.matches()
                ? iso(
                        matcher.group(5),
                        matcher.group(1),
                        matcher.group(2),
                        matcher.group(3) + " " + given(matcher.group(4)))
                : "";
    }

    private static String iso(String year, String word, String day, String rest) {
        Integer month = MONTHS.get(word.toLowerCase(Locale.ROOT));
        if (month == null) {
            return "";
        }
        String century = year.length() == 4 ? "" : Integer.parseInt(year) < 70 ? "20" : "19";
        return String.format(Locale.ROOT, "%s%s-%02d-%s %s", century, year, month, day, rest)
                .strip();
    }

    private static String given(String group) {
        return group == null ? "" : group;
    }
}
