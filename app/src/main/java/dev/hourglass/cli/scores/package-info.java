/** Scores and what is known of anomalies as files and tables, shared by the commands that detect, score and judge. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.cli.scores;
