/** Series: how one's own are cut and scaled, and made-up ones of which everything is known. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.series;
