/** What a run leaves to look at and to read: figures, tables, findings and the report page. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.report;
