package dev.hourglass.data.tables;

/**
 * A column of a table as it is read.
 *
 * @param place from 0
 * @param name from the first lines; the number from 1 where they name none
 */
record TableColumn(int place, String name, Role role) {
    enum Role {
        CHANNEL,
        /** Times, or dates where another column has the times of day. */
        TIME,
        TIME_OF_DAY,
        LABEL,
        ID,
        LEFT_OUT
    }
}
