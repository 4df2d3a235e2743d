/** A run's report: figures, tables, findings and the report page. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.report;
