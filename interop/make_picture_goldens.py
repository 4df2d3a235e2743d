"""Writes small pictures of each kind and what Pillow decodes of them: core/src/test/resources/dev/hourglass/data/pictures.

    python interop/make_picture_goldens.py FOLDER

Each picture NAME has NAME.golden beside it: height, width, channels and bits as four big-endian shorts, then the numbers, a
byte or two each. They are upright, in sRGB, on a background of #204060 where they are transparent.
"""

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

BACKGROUND = (0x20, 0x40, 0x60)
OUT = Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
RANDOM = np.random.default_rng(20261130)


def colours(height=13, width=17, channels=3):
    """Smooth, so that lossy formats keep them, with some noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / (3 + c) + c) * np.cos(y / (4 - c / 2)) for c in range(channels)]
    noise = RANDOM.normal(0, 6, (height, width, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def golden(name, numbers=None):
    """What Pillow makes of the file, or these numbers where it loses bits that the file has."""
    bits = 8
    if numbers is None:
        numbers = decoded(Image.open(OUT / name))
    elif numbers.dtype == np.uint16:
        bits = 16
    if numbers.ndim == 2:
        numbers = numbers[..., None]
    header = struct.pack(">4H", *numbers.shape, bits)
    (OUT / (name + ".golden")).write_bytes(header + numbers.astype(">u2" if bits == 16 else "u1").tobytes())


def decoded(image):
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if profile and image.mode in ("RGB", "CMYK", "L"):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        return np.asarray(image)
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L")) if "transparency" not in image.info else on_background(image)
    if image.mode == "P" and "transparency" not in image.info:
        rgb = np.asarray(image.convert("RGB"))
        return rgb[..., 0] if np.ptp(rgb.astype(int), axis=-1).max() == 0 else rgb
    if image.mode in ("RGBA", "LA", "P", "PA") or "transparency" in image.info:
        return on_background(image)
    return np.asarray(image.convert("RGB"))


def on_background(image):
    gray = image.mode in ("1", "L", "LA")
    rgba = image.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, BACKGROUND + (255,))
    flat = np.asarray(Image.alpha_composite(ground, rgba).convert("RGB"))
    if not gray:
        return flat
    # Gray stays gray: its background is the colour's luma.
    values = np.asarray(image.convert("LA")).astype(int) if image.mode == "LA" else None
    if values is None:
        values = np.asarray(rgba).astype(int)[..., [0, 3]]
    luma = (299 * BACKGROUND[0] + 587 * BACKGROUND[1] + 114 * BACKGROUND[2] + 500) // 1000
    alpha = values[..., 1]
    return ((values[..., 0] * alpha + luma * (255 - alpha) + 127) // 255).astype(np.uint8)


def save(name, image, **settings):
    image.save(OUT / name, **settings)
    golden(name)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(name, rows, width, bits, kind, *others):
    """Rows of packed bytes as a PNG, with chunks before its pixels; Pillow writes too few kinds."""
    raw = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), bits, kind, 0, 0, 0)
    (OUT / name).write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(others)
        + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def packed(values, bits):
    return [np.packbits(np.unpackbits(row[:, None], axis=1)[:, 8 - bits:].reshape(-1)).tobytes() for row in values]


def pngs():
    rgb = colours()
    height, width, _ = rgb.shape
    save("rgb8.png", Image.fromarray(rgb))
    save("gray8.png", Image.fromarray(rgb[..., 0]))
    save("rgba8.png", Image.fromarray(colours(channels=4), "RGBA"))
    save("la8.png", Image.fromarray(colours(channels=2), "LA"))
    for bits in (1, 2, 4):
        values = rgb[..., 0] >> (8 - bits)
        png(f"gray{bits}.png", packed(values, bits), width, bits, 0)
        golden(f"gray{bits}.png", (values * (255 // (2**bits - 1))).astype(np.uint8))
    key = rgb[0, 0, 0] >> 4
    values = rgb[..., 0] >> 4
    png("gray4-key.png", packed(values, 4), width, 4, 0, chunk(b"tRNS", struct.pack(">H", key)))
    luma = (299 * BACKGROUND[0] + 587 * BACKGROUND[1] + 114 * BACKGROUND[2] + 500) // 1000
    golden("gray4-key.png", np.where(values == key, luma, values * 17).astype(np.uint8))
    png("rgb8-key.png", [row.tobytes() for row in rgb], width, 8, 2, chunk(b"tRNS", struct.pack(">3H", *rgb[3, 4])))
    golden("rgb8-key.png")
    for bits in (1, 2, 4, 8):
        count = min(2**bits, 200)
        palette = RANDOM.integers(0, 256, (count, 3), dtype=np.uint8)
        indices = (rgb[..., 1].astype(int) * count // 256).astype(np.uint8)
        png(f"palette{bits}.png", packed(indices, bits), width, bits, 3, chunk(b"PLTE", palette.tobytes()))
        golden(f"palette{bits}.png")
        alpha = RANDOM.integers(0, 256, count // 2 + 1, dtype=np.uint8).tobytes()
        png(f"palette{bits}-alpha.png", packed(indices, bits), width, bits, 3, chunk(b"PLTE", palette.tobytes()),
            chunk(b"tRNS", alpha))
        golden(f"palette{bits}-alpha.png")
    deep = RANDOM.integers(0, 65536, (height, width, 4), dtype=np.uint16)
    png("gray16.png", [row.astype(">u2").tobytes() for row in deep[..., 0]], width, 16, 0)
    golden("gray16.png", deep[..., 0])
    png("rgb16.png", [row.astype(">u2").tobytes() for row in deep[..., :3]], width, 16, 2)
    golden("rgb16.png", deep[..., :3])
    png("rgba16.png", [row.astype(">u2").tobytes() for row in deep], width, 16, 6)
    ground = np.array(BACKGROUND) * 257
    alpha = deep[..., 3:].astype(np.int64)
    flat = (deep[..., :3] * alpha + ground * (65535 - alpha) + 32767) // 65535
    golden("rgba16.png", flat.astype(np.uint16))
    save("interlaced.png", Image.fromarray(rgb), optimize=True)
    save("profile.png", Image.fromarray(rgb), icc_profile=wide_gamut())
    exif = Image.Exif()
    exif[274] = 6
    save("turned.png", Image.fromarray(rgb), exif=exif)


def wide_gamut():
    """Like Adobe RGB (1998): a matrix and a gamma, as an ICC profile of version 2."""

    def s15(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(map(s15, values))

    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.19921875 * 256)) + b"\0\0"
    text = b"wide\0"
    tags = [
        (b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78 + b"\0"),
        (b"wtpt", xyz((0.9642, 1.0, 0.8249))),
        (b"rXYZ", xyz((0.60974, 0.31111, 0.01947))),
        (b"gXYZ", xyz((0.20528, 0.62567, 0.06087))),
        (b"bXYZ", xyz((0.14919, 0.06322, 0.74457))),
        (b"rTRC", gamma), (b"gTRC", gamma), (b"bTRC", gamma), (b"cprt", b"text\0\0\0\0none\0"),
    ]
    at = 128 + 4 + 12 * len(tags)
    table, content = struct.pack(">I", len(tags)), b""
    for name, tag in tags:
        tag += b"\0" * (-len(tag) % 4)
        table += name + struct.pack(">II", at + len(content), len(tag))
        content += tag
    size = 128 + len(table) + len(content)
    header = struct.pack(">I4xI4s4s4s12x4s28x", size, 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    header += s15(0.9642) + s15(1.0) + s15(0.8249)
    return header.ljust(128, b"\0") + table + content


def jpegs():
    rgb = colours(32, 48)
    image = Image.fromarray(rgb)
    save("gray.jpg", image.convert("L"), quality=90)
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        save(f"ycc{name}.jpg", image, quality=90, subsampling=sampling)
    save("progressive.jpg", image, quality=90, progressive=True)
    save("cmyk.jpg", Image.fromarray(colours(32, 48, 4), "CMYK"), quality=95)
    save("rgb.jpg", image, quality=90, keep_rgb=True)
    save("profile.jpg", image, quality=95, icc_profile=wide_gamut())
    save("srgb.jpg", image, quality=95,
         icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    plain = Image.open(OUT / "srgb.jpg")
    golden("srgb.jpg", np.asarray(plain.convert("RGB")))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[274] = orientation
        save(f"exif{orientation}.jpg", image, quality=90, exif=exif)
    # Neither JFIF nor Adobe says what three components that all have one size are: YCbCr, to all but one decoder.
    content = (OUT / "ycc444.jpg").read_bytes()
    length = struct.unpack(">H", content[4:6])[0]
    (OUT / "nameless444.jpg").write_bytes(content[:2] + content[4 + length:])
    golden("nameless444.jpg")
    # The same numbers of four components under Adobe's other number: luma, chroma and black.
    content = bytearray((OUT / "cmyk.jpg").read_bytes())
    at = content.index(b"Adobe")
    content[at + 11] = 2
    (OUT / "ycck.jpg").write_bytes(content)
    golden("ycck.jpg")


def others():
    rgb = colours()
    image = Image.fromarray(rgb)
    save("palette.gif", image.quantize(64))
    transparent = image.quantize(32)
    save("transparent.gif", transparent, transparency=int(np.asarray(transparent)[2, 2]))
    save("gray.gif", image.convert("L"))
    frames = [Image.fromarray(colours()).quantize(16) for _ in range(3)]
    frames[0].save(OUT / "moving.gif", save_all=True, append_images=frames[1:])
    golden("moving.gif", np.asarray(frames[0].convert("RGB")))
    save("rgb.bmp", image)
    save("gray.bmp", image.convert("L"))
    save("palette.bmp", image.quantize(50))
    save("bits.bmp", image.convert("1"))
    for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        save(f"rgb-{compression or 'raw'}.tif", image, compression=compression)
    save("gray.tif", image.convert("L"))
    save("bits.tif", image.convert("1"))
    save("palette.tif", image.quantize(50))
    save("rgba.tif", Image.fromarray(colours(channels=4), "RGBA"))
    save("cmyk.tif", Image.fromarray(colours(channels=4), "CMYK"))
    deep = RANDOM.integers(0, 65536, rgb.shape[:2], dtype=np.uint16)
    Image.fromarray(deep).save(OUT / "gray16.tif")
    golden("gray16.tif", deep)
    white = Image.fromarray(255 - rgb[..., 0])
    white.save(OUT / "white-is-zero.tif", tiffinfo={262: 0})
    golden("white-is-zero.tif")
    save("profile.tif", image, icc_profile=wide_gamut())
    turned = Image.Exif()
    turned[274] = 8
    save("turned.tif", image, exif=turned)
    save("lossless.webp", image, lossless=True)
    save("lossless-alpha.webp", Image.fromarray(colours(channels=4), "RGBA"), lossless=True, exact=True)
    save("lossy.webp", Image.fromarray(colours(32, 48)), quality=90)
    exif = Image.Exif()
    exif[274] = 6
    save("turned.webp", image, lossless=True, exif=exif)
    save("profile.webp", image, lossless=True, icc_profile=wide_gamut())


pngs()
jpegs()
others()
