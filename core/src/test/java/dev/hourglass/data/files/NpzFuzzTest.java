package dev.hourglass.data.files;

/** NPZ files. */
class NpzFuzzTest extends ArrayFuzzTarget {
    NpzFuzzTest() {
        super(NpzFile::open);
    }
}
