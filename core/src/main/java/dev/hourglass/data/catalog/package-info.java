/** Named data sets: where their files come from, how they are fetched and checked, and the cache they lie in. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.catalog;
