/** Models side by side and layer by layer, as text, CSV and HTML. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.report.tables;
