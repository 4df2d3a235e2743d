/** HDF5 as Keras writes it: read within bounds that no damaged or hostile file can break, and written. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.hdf5;
