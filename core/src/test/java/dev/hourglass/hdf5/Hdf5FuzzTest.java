package dev.hourglass.hdf5;

import dev.hourglass.fuzz.FuzzTarget;

class Hdf5FuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        Hdf5File.read(bytes, "fuzzed.h5");
    }
}
