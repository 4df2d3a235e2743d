package dev.hourglass.formats;

/** What an HDF5 file is a tree of. */
sealed interface Hdf5Node permits Hdf5Group, Hdf5Dataset {}
