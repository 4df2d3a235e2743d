package dev.hourglass.hdf5;

/** What an HDF5 file is a tree of. */
public sealed interface Node permits Group, Dataset {}
