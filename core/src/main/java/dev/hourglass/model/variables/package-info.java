/** The variables of layers: what they start from, what keeps them small and what holds of them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.model.variables;
