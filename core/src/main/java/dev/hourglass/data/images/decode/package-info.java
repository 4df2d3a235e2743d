/** How pictures are written: headers held against the bytes that follow, pixels and colours, for {@code data.images} alone. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.images.decode;
