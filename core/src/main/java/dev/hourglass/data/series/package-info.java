/** Series: windows and scaling for series of one's own, and synthetic ones for which everything is known. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.series;
