/** Tables as text: CSV as loggers, spreadsheets, databases and pandas write it, read row by row into typed columns. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.tables;
