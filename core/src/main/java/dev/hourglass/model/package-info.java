/** What an autoencoder is: its layers, their shapes and its parameters. Nothing here computes. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.model;
