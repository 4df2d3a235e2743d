/** The run folder, written and resumed: journal, record, results, provenance. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.run;
