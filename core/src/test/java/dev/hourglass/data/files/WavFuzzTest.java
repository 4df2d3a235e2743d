package dev.hourglass.data.files;

/** WAV files. */
class WavFuzzTest extends ArrayFuzzTarget {
    WavFuzzTest() {
        super(WavFile::open);
    }
}
