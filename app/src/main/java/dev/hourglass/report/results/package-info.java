/** What a run found out, as records: the data, each model and what it is worth. Everything else is made from them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.report.results;
