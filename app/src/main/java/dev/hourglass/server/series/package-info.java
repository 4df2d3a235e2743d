/** Series as models see them: curves of any stretch, scores, events, and what people say of them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.series;
