/** The workbench: pages and a REST API over the folder of runs, and the runs that are trained here. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server;
