package dev.hourglass.lab.board;

import dev.hourglass.lab.board.Bootstrap.Interval;
import java.util.Locale;

/**
 * Who wins, the autoencoder or the best of its rivals, and whether it could be chance.
 *
 * @param measure such as {@code F1}; the higher the better
 * @param ours the autoencoder's
 * @param rival its name
 * @param theirs the rival's
 * @param interval of the difference
 * @param drawn what the interval was drawn from, such as {@code beats}
 * @param digits shown behind the point
 */
record Verdict(String measure, double ours, String rival, double theirs, Interval interval, String drawn, int digits) {
    String sentence() {
        String number = "%." + digits + "f";
        return String.format(
                Locale.ROOT,
                "%s wins by %s: the autoencoder has " + number + ", the best rival, %s, " + number + "; difference %+."
                        + digits + "f, 95 %% %s by bootstrap over %s%s.",
                ours > theirs ? "The autoencoder" : "A rival",
                measure,
                ours,
                rival,
                theirs,
                ours - theirs,
                interval.words(digits),
                drawn,
                interval.isClear() ? "" : ", so it could be chance");
    }
}
