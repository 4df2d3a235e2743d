/** t-SNE, which puts points on a plane, and how far to trust where it puts them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate.tsne;
