/** How far reconstructions are off, in numbers and, for images, to the eye. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate.errors;
