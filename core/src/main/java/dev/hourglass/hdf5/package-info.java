/**
 * HDF5 as Keras and h5py write it, for model files and for data: read within bounds that no damaged or hostile file can break, and written.
 *
 * <p>{@link dev.hourglass.hdf5.Hdf5File} opens and writes files; a file's content is a tree of {@code Group} and
 * {@code Dataset} with {@code Attribute}s. Every other class is one structure of the HDF5 File Format Specification,
 * version 3, under its name there: {@code ObjectHeader}, {@code Links}, {@code BTree}, {@code Datatype} and so on, read by
 * {@code Reader} through a {@code BoundedInput} and written by {@code Writer} through {@code FilePlan}. They are one
 * folder because the structures refer to each other and reading and writing share them.
 */
@org.jspecify.annotations.NullMarked
package dev.hourglass.hdf5;
