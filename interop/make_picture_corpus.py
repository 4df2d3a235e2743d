"""Writes the corpus of PictureFuzzTest: small pictures of each kind, and hostile ones. Needs Pillow."""

import io
import struct
import sys
import zlib
from pathlib import Path

from PIL import Image

OUT = Path(sys.argv[1] if len(sys.argv) > 1 else "core/src/test/resources/fuzz/PictureFuzzTest")


def saved(image, kind, **settings):
    out = io.BytesIO()
    image.save(out, kind, **settings)
    return out.getvalue()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, body=b"", bits=8, colour=0):
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


def exif_loop():
    """An IFD that is its own next one, and whose Exif folder is itself."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    return b"Exif\0\0" + b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 8)


rgb = Image.new("RGB", (6, 5))
rgb.putdata([(i * 8, 255 - i * 8, i * 3) for i in range(30)])
rotated = Image.Exif()
rotated[0x0112] = 6
jpeg = saved(rgb, "JPEG", exif=rotated)
frame = jpeg.index(b"\xff\xc0")
gif = saved(rgb.convert("P"), "GIF")
files = {
    "rgb.png": saved(rgb, "PNG"),
    "alpha.png": saved(rgb.convert("RGBA"), "PNG"),
    "palette.png": saved(rgb.convert("P", colors=8), "PNG", bits=4),
    "deep.png": saved(Image.new("I;16", (3, 2), 4660), "PNG"),
    "rotated.jpg": jpeg,
    "progressive.jpg": saved(rgb, "JPEG", progressive=True),
    "inks.jpg": saved(rgb.convert("CMYK"), "JPEG"),
    "grey.jpg": saved(rgb.convert("L"), "JPEG"),
    "plain.gif": gif,
    "plain.bmp": saved(rgb, "BMP"),
    "packed.tif": saved(rgb, "TIFF", compression="tiff_lzw"),
    # 4,000 x 4,000 pixels in a file of some 700 bytes.
    "lying.jpg": jpeg[: frame + 5] + struct.pack(">HH", 4000, 4000) + jpeg[frame + 9 :],
    "cut.jpg": jpeg[: len(jpeg) // 2],
    "exif-loop.jpg": saved(rgb, "JPEG", exif=exif_loop()),
    # A header that promises 60,000 x 60,000 pixels, and rows of zeros that never end.
    "bomb.png": png(60_000, 60_000, chunk(b"IDAT", zlib.compress(bytes(1 << 20)))),
    "million.png": png(4_000, 4_000, chunk(b"IDAT", zlib.compress(bytes(4_001 * 10)))),
    "lying-chunk.png": png(4, 4, struct.pack(">I", 0x7FFFFFFF) + b"iCCP"),
    "text-bomb.png": png(4, 4, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 22)))),
    "vast.gif": gif[:6] + struct.pack("<HH", 65535, 65535) + gif[10:],
    "negative.bmp": saved(rgb, "BMP")[:18] + struct.pack("<ii", -6, -5) + saved(rgb, "BMP")[26:],
    # The first folder is its own next one.
    "loop.tif": b"II*\0" + struct.pack("<IHI", 8, 0, 8),
    "vast.tif": b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 3)
    + struct.pack("<HHII", 256, 4, 1, 0x7FFFFFFF) + struct.pack("<HHII", 257, 4, 1, 0x7FFFFFFF)
    + struct.pack("<HHII", 273, 4, 0x3FFFFFFF, 8) + struct.pack("<I", 0),
}
OUT.mkdir(parents=True, exist_ok=True)
for name, content in files.items():
    (OUT / name).write_bytes(content)
