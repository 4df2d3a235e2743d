/** Files of numbers as others write them: NPY, CSV, IDX and CIFAR-10's. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.files;
