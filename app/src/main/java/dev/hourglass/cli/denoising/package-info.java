/** What {@code hourglass denoise} does with pictures and with series. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.cli.denoising;
