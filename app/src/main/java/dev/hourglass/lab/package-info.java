/** Runs a whole recipe: data, models, training, evaluation, report; and the run folder with its provenance. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab;
