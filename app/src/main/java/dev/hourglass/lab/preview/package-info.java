/** What is in somebody's data, told before anything is trained. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.preview;
