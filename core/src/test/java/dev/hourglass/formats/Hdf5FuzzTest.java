package dev.hourglass.formats;

import dev.hourglass.fuzz.FuzzTarget;

class Hdf5FuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        Hdf5File.read(bytes, "fuzzed.h5");
    }
}
