/**
 * What is to be computed, and in which order, as data: layer-level operations over values of known shape, with the
 * gradients that training needs. Nothing here knows how numbers lie in memory or which machine computes them; an
 * executor starts from a {@link dev.hourglass.engine.plan.LogicalPlan}.
 */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.plan;
