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

    /** Whether a sample is one pixel. */
    public boolean isVector() {
        return layout instanceof Layout.Image image && image.rows() == 1 && image.columns() == 1;
    }

    /** The name of something that goes with this one: what follows the last slash is another. */
    public String beside(String other) {
        return name.substring(0, name.lastIndexOf('/') + 1) + other;
    }
}
