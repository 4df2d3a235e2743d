/** Classical filters that remove noise, and a model's denoising beside them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.detect.filters;
