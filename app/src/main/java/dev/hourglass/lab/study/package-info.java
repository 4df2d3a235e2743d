/** What trained models are worth, found out from models and data alone. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.study;
