/** The folder that a run leaves and that it is taken up from: journal, record, results, provenance. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.run;
