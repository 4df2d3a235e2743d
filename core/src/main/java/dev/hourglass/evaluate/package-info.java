/** How good a model is: errors, simple baselines, comparisons. Judges a loaded model as well as a trained one. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate;
