/**
 * How well anomaly scores and detections find anomalies that are known, by the rules of each school: points, events,
 * ranges, volumes under surfaces, affiliation, NAB, Orion, SKAB. Each gives the numbers of the school's own scorer, its
 * quirks included; where the original fails, there is an error or NaN, never an invented number.
 */
@org.jspecify.annotations.NullMarked
package dev.hourglass.detect.metrics;
