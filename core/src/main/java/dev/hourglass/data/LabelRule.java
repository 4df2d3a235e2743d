package dev.hourglass.data;

/** Which of its steps' classes a window gets. */
public enum LabelRule {
    /** The commonest of its steps, the smallest of equally common ones. */
    MAJORITY,
    /** The commonest of those that are not the usual class, where one step has such a class: for anomalies. */
    ANY,
    /** That of its last step. */
    LAST
}
