package dev.hourglass.architecture;

import com.tngtech.archunit.lang.ArchRule;

/**
 * A rule of the house and the class under {@code dev.hourglass.planted} that breaks it. A rule that does not flag its
 * culprit guards nothing.
 *
 * @param rule in its own words: the description is what a broken build shows
 * @param culprit the simple name of the one planted class that the rule must flag
 */
public record HouseRule(ArchRule rule, String culprit) {
    @Override
    public String toString() {
        return rule.getDescription();
    }
}
