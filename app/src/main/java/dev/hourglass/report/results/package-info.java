/** The results of a run as records: the data, each model and its evaluation. Everything else is made from them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.report.results;
