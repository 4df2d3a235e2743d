package dev.hourglass.formats.hdf5;

/** What an HDF5 file is a tree of. */
public sealed interface Node permits Group, Dataset {}
