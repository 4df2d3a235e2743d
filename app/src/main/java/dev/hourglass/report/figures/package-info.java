/** The figures of a run, drawn as PNG and SVG. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.report.figures;
