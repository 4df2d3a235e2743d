package dev.hourglass.data.tables.values;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How times are written: ISO 8601 (also with a blank for the T, with slashes, without seconds), dates whose day or month
 * comes first, dates with the month as a word, times of day by themselves, and counts of seconds to nanoseconds since 1970.
 *
 * @param unitNanos of a count since 1970; 0 where times are written out
 * @param order where the year comes last; null where it comes first
 * @param zone of times that name none
 * @param zoned whether times are moments, because they or somebody named a zone; else they are readings of some clock
 */
public record TimeFormat(long unitNanos, @Nullable DateOrder order, ZoneId zone, boolean zoned) {
    /** No time. */
    public static final long NONE = Long.MIN_VALUE;

    private static final long SECOND = 1_000_000_000;
    /** Years 1973 to 2286 in seconds. */
    private static final long LEAST_EPOCH = 100_000_000;

    private static final Map<String, String> ABBREVIATIONS = Map.ofEntries(
            Map.entry("UTC", "Z"),
            Map.entry("GMT", "Z"),
            Map.entry("WET", "Z"),
            Map.entry("WEST", "+1"),
            Map.entry("CET", "+1"),
            Map.entry("CEST", "+2"),
            Map.entry("EET", "+2"),
            Map.entry("EEST", "+3"),
            Map.entry("EST", "-5"),
            Map.entry("EDT", "-4"),
            Map.entry("PST", "-8"),
            Map.entry("PDT", "-7"));

    private static final long MOST_EPOCH = 10_000_000_000L;

    /** What the parts of a text are, before anybody says which is the day. */
    private record Parts(
            int first,
            int second,
            int year,
            boolean yearFirst,
            long nanosOfDay,
            @Nullable ZoneId zone) {}

    /** Whether all are times; an unclear order of day and month counts as such. */
    public static boolean areTimes(List<String> texts) {
        return !texts.isEmpty() && texts.stream().allMatch(text -> parts(text) != null);
    }

    /** Whether all are times of day without a date. */
    public static boolean areTimesOfDay(List<String> texts) {
        return !texts.isEmpty()
                && texts.stream().allMatch(text -> {
                    Parts parts = parts(text);
                    return parts != null && parts.year == 0;
                });
    }

    /** Whether all are dates, with or without a time of day. */
    public static boolean areDates(List<String> texts) {
        return areTimes(texts)
                && texts.stream().noneMatch(text -> {
                    Parts parts = parts(text);
                    return parts == null || parts.year == 0;
                });
    }

    /** Whether all are dates without a time of day, or with that of midnight. */
    public static boolean areDatesAlone(List<String> texts) {
        return areDates(texts)
                && texts.stream().noneMatch(text -> {
                    Parts parts = parts(text);
                    return parts == null || parts.nanosOfDay != 0;
                });
    }

    /** Whether all are numbers that may count from 1970, or dates of digits alone, such as 20240301. */
    public static boolean areCounts(List<String> texts) {
        return !texts.isEmpty() && (unit(texts).isPresent() || areDigits(texts));
    }

    private static boolean areDigits(List<String> texts) {
        return texts.stream().allMatch(text -> {
            Parts parts = new Scanner(SpelledDate.isoOfDigits(text)).parts();
            return parts != null && parts.year > 0;
        });
    }

    /** @param order null to tell by the texts; empty where both fit */
    public static Optional<TimeFormat> of(List<String> texts, @Nullable DateOrder order, ZoneId zone) {
        Optional<Long> unit = unit(texts);
        if (unit.isPresent() && !areDigits(texts)) {
            return Optional.of(new TimeFormat(unit.get(), null, zone, true));
        }
        boolean zoned = !zone.equals(ZoneOffset.UTC);
        boolean yearFirst = true;
        boolean dayFirst = true;
        boolean monthFirst = true;
        for (String text : texts) {
            Parts parts = parts(text);
            zoned |= parts != null && parts.zone != null;
            if (parts != null && parts.year > 0 && !parts.yearFirst) {
                yearFirst = false;
                dayFirst &= parts.second <= 12 && parts.first <= 31;
                monthFirst &= parts.first <= 12 && text.indexOf('.') != indexOfDigitsEnd(text);
            }
        }
        if (yearFirst) {
            return Optional.of(new TimeFormat(0, null, zone, zoned));
        }
        if (order != null) {
            return Optional.of(new TimeFormat(0, order, zone, zoned));
        }
        return dayFirst && monthFirst
                ? Optional.empty()
                : Optional.of(new TimeFormat(0, monthFirst ? DateOrder.MONTH_FIRST : DateOrder.DAY_FIRST, zone, zoned));
    }

    private static int indexOfDigitsEnd(String text) {
        int at = 0;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static Optional<Long> unit(List<String> texts) {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (String text : texts) {
            if (!text.matches("\\d{9,19}([.,]\\d{1,9})?")) {
                return Optional.empty();
            }
            try {
                int digits = indexOfDigitsEnd(text);
                long whole = Long.parseLong(text.substring(0, digits));
                least = Math.min(least, whole);
                most = Math.max(most, whole);
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        for (long unit = SECOND, factor = 1; unit >= 1; unit /= 1000, factor *= 1000) {
            if (least >= LEAST_EPOCH * factor && most < Math.min(MOST_EPOCH, Long.MAX_VALUE / factor) * factor) {
                return Optional.of(unit);
            }
        }
        return Optional.empty();
    }

    /** @return nanoseconds since 1970; of a time of day alone since midnight; {@link #NONE} if it is no time */
    public long nanos(String text) {
        try {
            if (unitNanos > 0) {
                int point = indexOfDigitsEnd(text);
                long whole = Math.multiplyExact(Long.parseLong(text.substring(0, point)), unitNanos);
                String fraction = "0" + text.substring(point).replace(',', '.');
                return Math.addExact(whole, (long) (Double.parseDouble(fraction) * unitNanos));
            }
            Parts written = parts(text);
            Parts parts = written != null ? written : new Scanner(SpelledDate.isoOfDigits(text)).parts();
            return parts == null ? NONE : parts.year == 0 ? parts.nanosOfDay : nanos(parts, parts.nanosOfDay);
        } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
            return NONE;
        }
    }

    /**
     * A date by itself and a time of day by itself, as a clock at that place shows both: on the day on which it is put
     * forward, 3 o'clock is two hours after midnight.
     *
     * @return nanoseconds since 1970; {@link #NONE} if one of them is not that
     */
    public long nanos(String date, String timeOfDay) {
        Parts day = parts(date);
        Parts clock = parts(timeOfDay);
        if (day == null || day.year == 0 || day.nanosOfDay != 0 || clock == null || clock.year != 0) {
            return NONE;
        }
        try {
            return nanos(day, clock.nanosOfDay);
        } catch (ArithmeticException | DateTimeException e) {
            return NONE;
        }
    }

    /**
     * The same reading of the clock for the second time, in the hour after it was put back.
     *
     * @param timeOfDay empty where one text has both
     * @return {@link #NONE} where the clock showed it once
     */
    public long again(String text, String timeOfDay) {
        Parts day = unitNanos > 0 ? null : parts(text);
        Parts clock = timeOfDay.isEmpty() ? day : parts(timeOfDay);
        if (day == null || clock == null || day.year == 0 || day.zone != null || clock.zone != null) {
            return NONE;
        }
        try {
            ZonedDateTime first = local(day, clock.nanosOfDay).atZone(zone);
            ZonedDateTime second = first.withLaterOffsetAtOverlap();
            return second.equals(first) ? NONE : nanos(second.toInstant());
        } catch (ArithmeticException | DateTimeException e) {
            return NONE;
        }
    }

    private LocalDateTime local(Parts date, long nanosOfDay) {
        boolean dayFirst = !date.yearFirst && order == DateOrder.DAY_FIRST;
        int month = dayFirst || date.yearFirst ? date.second : date.first;
        int day = dayFirst || date.yearFirst ? date.first : date.second;
        return LocalDateTime.of(date.year, month, day, 0, 0).plusNanos(nanosOfDay);
    }

    private static long nanos(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
    }

    private long nanos(Parts date, long nanosOfDay) {
        ZoneId where = date.zone == null ? zone : date.zone;
        return nanos(local(date, nanosOfDay).atZone(where).toInstant());
    }

    private static @Nullable Parts parts(String text) {
        Parts parts = new Scanner(text).parts();
        return parts != null ? parts : new Scanner(SpelledDate.iso(text)).parts();
    }

    /** Reads one text from its beginning. */
    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        @Nullable
        Parts parts() {
            int digits = digits();
            if (digits == 0 || at >= text.length()) {
                return null;
            }
            if (text.charAt(digits) == ':') {
                at = 0;
                long time = time();
                return time < 0 || at < text.length() ? null : new Parts(0, 0, 0, false, time, null);
            }
            int first = number(0, digits);
            char separator = text.charAt(at++);
            int secondAt = at;
            int secondDigits = digits();
            if ("-/.".indexOf(separator) < 0
                    || secondDigits < 1
                    || secondDigits > 2
                    || at >= text.length()
                    || text.charAt(at++) != separator) {
                return null;
            }
            int second = number(secondAt, secondDigits);
            int thirdAt = at;
            int thirdDigits = digits();
            boolean yearFirst = digits == 4;
            if (thirdDigits == 0
                    || (yearFirst ? thirdDigits > 2 : digits > 2 || (thirdDigits != 2 && thirdDigits != 4))) {
                return null;
            }
            int third = number(thirdAt, thirdDigits);
            int year = yearFirst ? first : thirdDigits == 4 ? third : third < 70 ? 2000 + third : 1900 + third;
            int other = yearFirst ? third : first;
            boolean possible = year > 0 && second >= 1 && second <= 31 && other >= 1 && other <= 31;
            return possible && (yearFirst ? second <= 12 : second <= 12 || other <= 12)
                    ? withTime(other, second, year, yearFirst)
                    : null;
        }

        private @Nullable Parts withTime(int other, int second, int year, boolean yearFirst) {
            long time = 0;
            ZoneId zone = null;
            if (at < text.length()) {
                char mark = text.charAt(at);
                if (mark != 'T' && mark != 't' && mark != ' ' && mark != '_') {
                    return null;
                }
                do {
                    at++;
                } while (at < text.length() && text.charAt(at) == ' ');
                time = time();
                if (time < 0) {
                    return null;
                }
                try {
                    String rest = text.substring(at).strip();
                    zone = rest.isEmpty() ? null : zone(rest);
                } catch (DateTimeException e) {
                    return null;
                }
            }
            return new Parts(other, second, year, yearFirst, time, zone);
        }

        /** By offset, name or an abbreviation that means one thing everywhere. */
        private static ZoneId zone(String text) {
            String offset = ABBREVIATIONS.getOrDefault(text, text.toUpperCase(Locale.ROOT));
            return text.indexOf('/') > 0 ? ZoneId.of(text) : ZoneOffset.of(offset);
        }

        /** Hours, minutes, seconds and their fraction, with or without AM or PM; -1 if it is none. */
        private long time() {
            int hourAt = at;
            int hourDigits = digits();
            if (hourDigits < 1 || hourDigits > 2 || !colon()) {
                return -1;
            }
            long hour = number(hourAt, hourDigits);
            int minuteAt = at;
            if (digits() != 2) {
                return -1;
            }
            long minute = number(minuteAt, 2);
            long second = 0;
            long fraction = 0;
            if (colon()) {
                int secondAt = at;
                if (digits() != 2) {
                    return -1;
                }
                second = number(secondAt, 2);
                if (at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == ',')) {
                    at++;
                    int fractionAt = at;
                    int fractionDigits = digits();
                    if (fractionDigits < 1 || fractionDigits > 9) {
                        return -1;
                    }
                    fraction = number(fractionAt, fractionDigits);
                    for (int i = fractionDigits; i < 9; i++) {
                        fraction *= 10;
                    }
                }
            }
            String rest = text.substring(at).strip().toUpperCase(Locale.ROOT);
            if (rest.equals("AM") || rest.equals("PM")) {
                at = text.length();
                if (hour < 1 || hour > 12) {
                    return -1;
                }
                hour = hour % 12 + (rest.equals("PM") ? 12 : 0);
            }
            return hour > 23 || minute > 59 || second > 59
                    ? -1
                    : ((hour * 60 + minute) * 60 + second) * SECOND + fraction;
        }

        private boolean colon() {
            boolean there = at < text.length() && text.charAt(at) == ':';
            at += there ? 1 : 0;
            return there;
        }

        private int digits() {
            int begin = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            return at - begin;
        }

        private int number(int from, int digits) {
            int number = 0;
            for (int i = from; i < from + Math.min(digits, 9); i++) {
                number = 10 * number + text.charAt(i) - '0';
            }
            return number;
        }
    }
}
