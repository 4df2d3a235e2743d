/** What the numbers say, in sentences that carry them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.report.answers;
