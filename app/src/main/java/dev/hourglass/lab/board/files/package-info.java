/** What a board reads, keeps and writes: files of benchmarks, scores of a run that may be resumed, tables of results. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.board.files;
