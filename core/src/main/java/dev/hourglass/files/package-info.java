/** How files are written, whole or not at all, and what is said where that fails. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.files;
