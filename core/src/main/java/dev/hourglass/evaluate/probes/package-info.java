/** What codes know: how well classes can be told by them, and whether they lie apart. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate.probes;
