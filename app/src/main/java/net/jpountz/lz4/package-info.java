/** Stands in for a library of native code that Hardwood asks for by name. */
@org.jspecify.annotations.NullMarked
package net.jpountz.lz4;
