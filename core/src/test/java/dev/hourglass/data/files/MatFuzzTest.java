package dev.hourglass.data.files;

/** MAT files. */
class MatFuzzTest extends ArrayFuzzTarget {
    MatFuzzTest() {
        super(MatFile::open);
    }
}
