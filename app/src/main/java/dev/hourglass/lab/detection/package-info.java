/** From data of one's own to a detector, and what it finds: scores, events, pictures. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.detection;
