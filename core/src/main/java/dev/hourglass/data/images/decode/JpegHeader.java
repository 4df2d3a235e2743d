package dev.hourglass.data.images.decode;

import dev.hourglass.data.images.Picture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a JPEG's segments before its first scan say (ITU T.81, annex B; JFIF 1.02; Exif 2.32; ICC.1, annex B.4).
 *
 * @param size as stored
 * @param colours what its components are
 * @param progressive whether each scan refines all pixels
 * @param profile of its colours; empty for sRGB
 */
public record JpegHeader(
        Picture.Size size, Colours colours, boolean progressive, Orientation orientation, Optional<byte[]> profile) {
    /** What the components of a JPEG are, by the rules of libjpeg, which all decoders but the platform's follow. */
    public enum Colours {
        GRAY,
        RGB,
        YCC,
        /** Inks, stored as what they leave of the light, as Adobe writes them. */
        INVERTED_CMYK,
        INVERTED_YCCK;

        public boolean isInk() {
            return this == INVERTED_CMYK || this == INVERTED_YCCK;
        }
    }

    /** Of the picture that is decoded: 1 for gray, else 3. */
    public int channels() {
        return colours == Colours.GRAY ? Picture.GRAY : Picture.RGB;
    }

    private static final int PROGRESSIVE_FRAME = 0xc2;
    private static final int START_OF_SCAN = 0xda;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP2 = 0xe2;
    private static final int APP14 = 0xee;
    private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ICC = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_PROFILE_BYTES = 1 << 24;

    /** Of a file's first bytes; empty where they do not reach its first scan, or are damaged. */
    public static Optional<JpegHeader> ofBeginning(byte[] bytes) {
        try {
            return Optional.of(read(bytes));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public static JpegHeader read(byte[] file) throws IOException {
        return new Reader(file).read();
    }

    private static final class Reader {
        private final byte[] file;
        private final TreeMap<Integer, byte[]> profile = new TreeMap<>();
        private int profileParts;
        private boolean jfif;
        /** -1 where Adobe says nothing. */
        private int adobeTransform = -1;

        private Orientation orientation = Orientation.UPRIGHT;
        private Picture.Size size = new Picture.Size(0, 0);
        private boolean progressive;
        private int[] components = {};

        Reader(byte[] file) {
            this.file = file;
        }

        JpegHeader read() throws IOException {
            int at = 2;
            while (true) {
                while (unsigned(at) == 0xff && unsigned(at + 1) == 0xff) {
                    at++;
                }
                if (unsigned(at) != 0xff) {
                    throw new IOException("damaged: no marker where one should be");
                }
                int marker = unsigned(at + 1);
                int length = (unsigned(at + 2) << 8) | unsigned(at + 3);
                if (length < 2 || at + 2 + length > file.length) {
                    throw new IOException("cut short");
                }
                if (marker == START_OF_SCAN) {
                    break;
                }
                segment(marker, at + 4, length - 2);
                at += 2 + length;
            }
            if (components.length == 0) {
                throw new IOException("damaged: no frame before its first scan");
            }
            return new JpegHeader(size, colours(), progressive, orientation, joinedProfile());
        }

        private void segment(int marker, int at, int length) throws IOException {
            if (isFrame(marker)) {
                frame(at, length);
                progressive |= marker == PROGRESSIVE_FRAME;
            } else if (marker == APP0 && startsWith(at, length, JFIF)) {
                jfif = true;
            } else if (marker == APP1 && startsWith(at, length, EXIF)) {
                orientation = TiffFields.orientation(file, at + EXIF.length, length - EXIF.length);
            } else if (marker == APP2 && startsWith(at, length, ICC) && length > ICC.length + 2) {
                int from = at + ICC.length;
                profileParts = unsigned(from + 1);
                profile.put(unsigned(from), Arrays.copyOfRange(file, from + 2, at + length));
            } else if (marker == APP14 && startsWith(at, length, ADOBE) && length >= 12) {
                adobeTransform = unsigned(at + 11);
            }
        }

        private static boolean isFrame(int marker) {
            return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        }

        private void frame(int at, int length) throws IOException {
            int count = length < 6 ? 0 : unsigned(at + 5);
            if (count == 0 || length < 6 + 3 * count) {
                throw new IOException("damaged: a frame without components");
            }
            if (unsigned(at) != 8) {
                throw new IOException(
                        String.format(Locale.ROOT, "expected a JPEG of 8 bits per number, found %d", unsigned(at)));
            }
            size = new Picture.Size(
                    (unsigned(at + 3) << 8) | unsigned(at + 4), (unsigned(at + 1) << 8) | unsigned(at + 2));
            components = new int[count];
            Arrays.setAll(components, i -> file[at + 6 + 3 * i] & 0xff);
        }

        private Colours colours() throws IOException {
            return switch (components.length) {
                case 1 -> Colours.GRAY;
                case 3 -> {
                    boolean named = Arrays.equals(components, new int[] {'R', 'G', 'B'});
                    boolean rgb = !jfif && (adobeTransform == 0 || (adobeTransform < 0 && named));
                    yield rgb ? Colours.RGB : Colours.YCC;
                }
                case 4 -> {
                    if (adobeTransform < 0) {
                        throw new IOException("four colours and no word of Adobe's which they are");
                    }
                    yield adobeTransform == 0 ? Colours.INVERTED_CMYK : Colours.INVERTED_YCCK;
                }
                default -> throw new IOException("expected 1, 3 or 4 colours, found " + components.length);
            };
        }

        /** Only if all its parts are there. */
        private Optional<byte[]> joinedProfile() throws IOException {
            if (profile.isEmpty()) {
                return Optional.empty();
            }
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int part = 1; part <= profileParts; part++) {
                byte[] content = profile.get(part);
                if (content == null || all.size() + content.length > MOST_PROFILE_BYTES) {
                    throw new IOException("damaged: parts of its colour profile are missing");
                }
                all.write(content, 0, content.length);
            }
            return Optional.of(all.toByteArray());
        }

        private boolean startsWith(int at, int length, byte[] word) {
            return length >= word.length && Arrays.equals(file, at, at + word.length, word, 0, word.length);
        }

        private int unsigned(int at) throws IOException {
            if (at >= file.length) {
                throw new IOException("cut short");
            }
            return file[at] & 0xff;
        }
    }
}
