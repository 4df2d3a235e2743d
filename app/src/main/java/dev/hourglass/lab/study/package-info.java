/** Evaluates trained models, from models and data alone. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.study;
