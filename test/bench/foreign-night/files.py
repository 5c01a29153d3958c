"""Frames as files: every plain and tile-compressed encoding that astropy writes, and files cut short."""
import gzip
import io

import numpy as np
from astropy.io import fits

WEIGHTS = {
    "u16": 8, "i16": 2, "u8": 1.5, "i32": 1.5, "f32": 2, "f32unit": 2, "f64": 1, "extension": 1.5, "cube": 1.5, "bayer": 1.5,
    "rice": 3, "rice32": 1, "gzip1": 1.5, "gzip2": 1.5, "hcompress": 1.5, "floatDither1": 1.5, "floatDither2": 1, "floatNone": 1,
    "fitsGz": 1.5,
}


def _bytes(hdus):
    out = io.BytesIO()
    fits.HDUList(hdus).writeto(out, output_verify="silentfix")
    return out.getvalue()


def _tiles(data, header, kind, **options):
    return _bytes([fits.PrimaryHDU(), fits.CompImageHDU(data, header, compression_type=kind, **options)])


def byte_step(noise, coarse):
    return max(1.0, noise * coarse)


def encode(adu, header, encoding, sky, noise, coarse):
    """`adu`: whole numbers 0..65535 as float64. Returns the file's bytes."""
    whole = adu.astype(np.uint16)
    if encoding in ("u16", "bayer"):
        return _bytes([fits.PrimaryHDU(whole, header)])
    if encoding == "i16":
        return _bytes([fits.PrimaryHDU(np.minimum(adu, 32767).astype(np.int16), header)])
    if encoding == "u8":
        step = byte_step(noise, coarse)
        zero = np.floor(max(0, sky - 8 * noise))
        stored = np.clip(np.round((adu - zero) / step), 0, 255).astype(np.uint8)
        hdu = fits.PrimaryHDU(stored, header)
        hdu.header["BSCALE"], hdu.header["BZERO"] = step, zero
        raw = io.BytesIO()
        hdu._scale_back = False
        head = hdu.header.tostring().encode()
        raw.write(head)
        raw.write(stored.tobytes())
        raw.write(b"\0" * (-raw.tell() % 2880))
        return raw.getvalue()
    if encoding == "i32":
        return _bytes([fits.PrimaryHDU(adu.astype(np.int32), header)])
    if encoding == "f32":
        return _bytes([fits.PrimaryHDU(adu.astype(np.float32), header)])
    if encoding == "f32unit":
        return _bytes([fits.PrimaryHDU((adu / 65535).astype(np.float32), header)])
    if encoding == "f64":
        return _bytes([fits.PrimaryHDU(adu, header)])
    if encoding == "extension":
        return _bytes([fits.PrimaryHDU(), fits.ImageHDU(whole, header, name="SCI")])
    if encoding == "cube":
        planes = np.stack([np.round(adu * 0.7), adu, np.minimum(65535, np.round(adu * 1.2))]).astype(np.uint16)
        return _bytes([fits.PrimaryHDU(planes, header)])
    if encoding == "fitsGz":
        return gzip.compress(_bytes([fits.PrimaryHDU(whole, header)]), 3)
    if encoding == "rice":
        return _tiles(whole, header, "RICE_1")
    if encoding == "rice32":
        return _tiles(adu.astype(np.int32), header, "RICE_1")
    if encoding == "gzip1":
        return _tiles(whole, header, "GZIP_1")
    if encoding == "gzip2":
        return _tiles(whole, header, "GZIP_2")
    if encoding == "hcompress":
        return _tiles(whole, header, "HCOMPRESS_1")
    method = {"floatDither1": 1, "floatDither2": 2, "floatNone": -1}[encoding]
    return _tiles(adu.astype(np.float32), header, "RICE_1", quantize_level=16, quantize_method=method, dither_seed=7)


def cut(data, rows, width, start_row_share):
    """A plain 16-bit file that ends within a row."""
    size = -(-rows * width * 2 // 2880) * 2880
    return data[: len(data) - size + int(rows * start_row_share) * width * 2 + width]
