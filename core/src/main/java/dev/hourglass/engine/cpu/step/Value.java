package dev.hourglass.engine.cpu.step;

import dev.hourglass.engine.cpu.layout.Layout;

/**
 * A named piece of memory that steps of a plan write and read: an activation, a gradient, scratch.
 *
 * @param name unique within its plan, such as {@code enc_conv1/output}
 */
public record Value(String name, Layout layout) {
    public Layout.Image image() {
        return (Layout.Image) layout;
    }

    public Layout.Steps steps() {
        return (Layout.Steps) layout;
    }
}
