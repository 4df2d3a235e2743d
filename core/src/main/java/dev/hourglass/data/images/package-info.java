/** Folders of pictures as data sets. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.images;
