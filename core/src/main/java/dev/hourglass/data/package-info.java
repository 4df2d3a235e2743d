/** Where samples come from: data sets, the readers of their files and the catalog that fetches them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data;
