package dev.hourglass.engine;

/**
 * A named piece of memory that steps of a plan write and read: an activation, a gradient, scratch.
 *
 * @param name unique within its plan, such as {@code enc_conv1/output}
 */
record Value(String name, Layout layout) {
    Layout.Image image() {
        return (Layout.Image) layout;
    }

    Layout.Steps steps() {
        return (Layout.Steps) layout;
    }
}
