package dev.hourglass.planted.lab;

import dev.hourglass.formats.hdf5.Hdf5File;

/** Uses what only formats may. */
public record LabUsesHdf5(Hdf5File forbidden) {}
