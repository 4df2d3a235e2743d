package dev.hourglass.planted.lab;

import dev.hourglass.hdf5.Hdf5File;

/** Uses what only data and formats may. */
public record LabUsesHdf5(Hdf5File forbidden) {}
