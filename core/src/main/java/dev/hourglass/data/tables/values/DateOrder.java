package dev.hourglass.data.tables.values;

/** Which comes first in a date whose year does not: 03/04/2024 is the third of April or the fourth of March. */
public enum DateOrder {
    DAY_FIRST,
    MONTH_FIRST
}
