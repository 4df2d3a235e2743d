/** What slides a window over images and volumes, bound to memory and kernels: convolution and pooling, forward and back. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.ops.windows;
