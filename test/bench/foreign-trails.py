"""Frames with trails and look-alikes, drawn by other means than the workbench's own simulator, for test/bench/foreign-trails.ts.

python3 foreign-trails.py OUT_DIR [--frames N] [--seed S] [--size W H]

Light is put photon spot by photon spot on a grid three times as fine as the pixels and convolved by FFT with a PSF made
of sums of Gaussians and an aureole (no Moffat profile, no analytic line profile). Needs numpy, scipy and astropy.
Writes FITS files and truth.json: for each file its class and its lines with ends (first pixel's centre is 0, 0), peak of
the cross profile over the sky noise, and width (FWHM of the drawn cross profile, px).
"""
import argparse
import json
import os

import numpy as np
from astropy.io import fits
from scipy import fft, ndimage

FINE = 3
TRAIL_CLASSES = ["satellite", "satellite", "faint", "faint", "partial", "aircraft", "dashed", "meteor", "flare", "several",
                 "parallel", "short", "corner", "wide", "alongAxis"]
CLEAN_CLASSES = ["plain", "spikes4", "spikes6", "bleeding", "badLines", "galaxies", "elongated", "storm", "crowded",
                 "filaments", "compressed", "occlusion", "clouds", "banding", "ripples", "halo"]


def psf_kernel(rng, fwhm, elongation, angle):
    reach = int(np.ceil(9 * fwhm * FINE)) | 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / FINE
    u = x * np.cos(angle) + y * np.sin(angle)
    v = -x * np.sin(angle) + y * np.cos(angle)
    sigma = fwhm / 2.3548
    core = np.exp(-0.5 * ((u / (sigma * elongation)) ** 2 + (v / sigma) ** 2))
    wide = np.exp(-0.5 * ((u - 0.3) ** 2 + v**2) / (2.1 * sigma) ** 2) * rng.uniform(0.03, 0.12)
    aureole = (1 + (x**2 + y**2) / (1.5 * fwhm) ** 2) ** -1.6 * rng.uniform(0.0005, 0.004)
    kernel = (core + wide + aureole) * (np.hypot(x, y) < reach / FINE)
    return (kernel / kernel.sum()).astype(np.float32)


class Optics:
    def __init__(self, rng, width, height, fwhm, elongation=1.0):
        self.shape = (height * FINE, width * FINE)
        kernel = psf_kernel(rng, fwhm, elongation, rng.uniform(0, np.pi))
        half = kernel.shape[0] // 2
        self.pad = [fft.next_fast_len(s + half, real=True) for s in self.shape]
        plane = np.zeros(self.pad, np.float32)
        plane[: kernel.shape[0], : kernel.shape[1]] = kernel
        self.transfer = fft.rfft2(np.roll(plane, (-half, -half), (0, 1)))

    def image(self, spots):
        plane = np.zeros(self.pad, np.float32)
        plane[: self.shape[0], : self.shape[1]] = spots
        blurred = fft.irfft2(fft.rfft2(plane) * self.transfer, s=self.pad)[: self.shape[0], : self.shape[1]]
        h, w = self.shape
        return blurred.reshape(h // FINE, FINE, w // FINE, FINE).sum((1, 3))


def splat(grid, x, y, light):
    """Adds light at pixel coordinates (centres at whole numbers), shared among the four nearest fine cells."""
    fx = (x + 0.5) * FINE - 0.5
    fy = (y + 0.5) * FINE - 0.5
    ix, iy = np.floor(fx).astype(int), np.floor(fy).astype(int)
    dx, dy = fx - ix, fy - iy
    for ox, oy, w in ((0, 0, (1 - dx) * (1 - dy)), (1, 0, dx * (1 - dy)), (0, 1, (1 - dx) * dy), (1, 1, dx * dy)):
        ok = (ix + ox >= 0) & (iy + oy >= 0) & (ix + ox < grid.shape[1]) & (iy + oy < grid.shape[0])
        np.add.at(grid, (iy[ok] + oy, ix[ok] + ox), (w * light)[ok])


def chord(rng, width, height, least):
    while True:
        x, y, a = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, np.pi)
        dx, dy = np.cos(a), np.sin(a)
        ts = [(-x / dx, (width - 1 - x) / dx), (-y / dy, (height - 1 - y) / dy)]
        lo, hi = max(min(t) for t in ts), min(max(t) for t in ts)
        if hi - lo >= least:
            return np.array([x + lo * dx, y + lo * dy, x + hi * dx, y + hi * dy])


def part(line, a, b):
    p, q = line[:2], line[2:]
    return np.concatenate([p + (q - p) * a, p + (q - p) * b])


def draw_line(rng, optics, line, envelope, breadth):
    """Unit-peak image of a line and its FWHM across. `breadth`: px of an even bar across (out of focus)."""
    length = np.hypot(line[2] - line[0], line[3] - line[1])
    ux, uy = (line[2] - line[0]) / length, (line[3] - line[1]) / length
    # Let lines that reach the border run on beyond it.
    h, w = optics.shape[0] / FINE, optics.shape[1] / FINE
    edge = lambda x, y: x < 1 or y < 1 or x > w - 2 or y > h - 2
    start = -40 if edge(line[0], line[1]) else 0
    stop = length + 40 if edge(line[2], line[3]) else length
    t = np.arange(start, stop, 0.09) + rng.uniform(0, 0.09)
    light = envelope(np.clip(t / length, 0, 1), t)
    grid = np.zeros(optics.shape, np.float32)
    bars = np.linspace(-breadth / 2, breadth / 2, max(1, int(breadth * 4))) if breadth > 0 else [0.0]
    for off in bars:
        splat(grid, line[0] + ux * t - uy * off, line[1] + uy * t + ux * off, light)
    image = optics.image(grid)
    s = np.linspace(0.02, 0.98, 900)
    shape = envelope(s, s * length)
    good = shape > 0.7 * shape.max()
    offs = np.arange(-30, 30.01, 0.125)
    xs = line[0] + ux * s[good][:, None] * length - uy * offs
    ys = line[1] + uy * s[good][:, None] * length + ux * offs
    inside = (xs > 0) & (ys > 0) & (xs < w - 1) & (ys < h - 1)
    profile = ndimage.map_coordinates(image, [ys, xs], order=1) / shape[good][:, None]
    profile = np.nanmean(np.where(inside, profile, np.nan), 0)
    peak = np.nanmax(profile)
    lit = offs[profile >= peak / 2]
    return image / peak, float(lit[-1] - lit[0])


def envelopes(rng, kind):
    if kind == "dashed":
        on, off, phase = rng.uniform(15, 45), rng.uniform(12, 60), rng.uniform()
        return lambda s, t: (((t / (on + off) + phase) % 1) * (on + off) < on).astype(float) + 0.03
    if kind == "meteor":
        a, b = rng.uniform(0.8, 2), rng.uniform(0.3, 0.8)
        top = (a / (a + b)) ** a * (b / (a + b)) ** b
        return lambda s, t: s**a * (1 - s) ** b / top
    if kind == "flare":
        centre, size, floor = rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.2), rng.uniform(0.15, 0.5)
        return lambda s, t: floor + (1 - floor) * np.exp(-0.5 * ((s - centre) / size) ** 2)
    slope = rng.uniform(-0.15, 0.15)
    return lambda s, t: 1 + slope * (s - 0.5)


def plan_lines(rng, kind, width, height):
    """(line, envelope kind, snr, breadth) for each line."""
    side = min(width, height)
    log = lambda a, b: float(np.exp(rng.uniform(np.log(a), np.log(b))))
    whole = lambda: chord(rng, width, height, 0.45 * side)
    if kind == "faint":
        return [(whole(), "even", log(0.3, 1.5), 0)]
    if kind == "partial":
        a = rng.uniform(0.1, 0.4)
        return [(part(whole(), a, a + rng.uniform(0.4, 0.6)), "even", log(0.6, 20), 0)]
    if kind == "aircraft":
        line, snr, gap = whole(), log(1.5, 30), rng.uniform(4, 11)
        n = np.array([-(line[3] - line[1]), line[2] - line[0]]) / np.hypot(line[3] - line[1], line[2] - line[0])
        second = line + np.tile(n, 2) * gap
        return [(line, "even" if rng.uniform() < 0.5 else "dashed", snr, 0), (second, "dashed", snr * rng.uniform(0.4, 1), 0)]
    if kind == "dashed":
        return [(whole(), "dashed", log(1.5, 40), 0)]
    if kind == "meteor":
        a = rng.uniform(0, 0.5)
        return [(part(chord(rng, width, height, 0.7 * side), a, a + rng.uniform(0.3, 0.5)), "meteor", log(1.5, 40), 0)]
    if kind == "flare":
        return [(whole(), "flare", log(1.5, 20), 0)]
    if kind == "several":
        return [(whole(), "even", log(0.7, 20), 0) for _ in range(rng.integers(2, 6))]
    if kind == "parallel":
        line, snr, gap = whole(), log(0.8, 15), rng.uniform(14, 60)
        n = np.array([-(line[3] - line[1]), line[2] - line[0]]) / np.hypot(line[3] - line[1], line[2] - line[0])
        return [(line, "even", snr, 0), (line + np.tile(n, 2) * gap, "even", snr * rng.uniform(0.4, 2), 0)]
    if kind == "short":
        a = rng.uniform(0.1, 0.7)
        line = whole()
        size = rng.uniform(60, 200) / np.hypot(line[2] - line[0], line[3] - line[1])
        return [(part(line, a, min(0.95, a + size)), "even", log(2, 30), 0)]
    if kind == "corner":
        c = rng.uniform(0.15, 0.4, 2)
        x = 0 if rng.uniform() < 0.5 else width - 1
        y = 0 if rng.uniform() < 0.5 else height - 1
        line = np.array([x, abs(y - c[0] * height), abs(x - c[1] * width), y])
        return [(line, "even", log(1, 20), 0)]
    if kind == "wide":
        return [(whole(), "even", log(0.8, 20), rng.uniform(6, 16))]
    if kind == "alongAxis":
        flat = rng.uniform() < 0.5
        off = rng.uniform(0.1, 0.9) * (height if flat else width)
        end = off + rng.uniform(-12, 12)
        line = np.array([0, off, width - 1, end] if flat else [off, 0, end, height - 1])
        return [(line, "even", log(0.8, 20), 0)]
    return [(whole(), "even", log(0.3, 30), 0)]


def stars(rng, grid, width, height, count, faintest, slope):
    light = faintest * (1 - rng.uniform(size=count)) ** (-1 / slope)
    light = np.minimum(light, faintest * 3e5)
    x, y = rng.uniform(-5, width + 5, count), rng.uniform(-5, height + 5, count)
    splat(grid, x, y, light.astype(np.float32))
    return x, y, light


def power_field(rng, height, width, exponent):
    ky, kx = np.meshgrid(np.fft.fftfreq(height), np.fft.rfftfreq(width), indexing="ij")
    k = np.hypot(kx, ky)
    k[0, 0] = 1
    field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(height, width))) * k ** (-exponent / 2), s=(height, width))
    return (field - field.min()) / (field.max() - field.min())


def add_look_alikes(rng, kind, layer, truth_stars, optics, noise, fwhm, sky):
    h, w = layer.shape
    y, x = np.mgrid[0:h, 0:w]
    sx, sy, light = truth_stars
    bright = np.argsort(-light)
    if kind in ("spikes4", "spikes6"):
        vanes, first = (2, rng.uniform(0, np.pi)) if kind == "spikes4" else (3, rng.uniform(0, np.pi))
        grid = np.zeros(optics.shape, np.float32)
        for star in bright[:60]:
            for v in range(vanes):
                a = first + v * np.pi / vanes
                r = np.arange(1, 600, 0.2)
                share = 0.0015 * light[star] * (1 + r / (4 * fwhm)) ** -1.8 * (1 + 0.5 * np.cos(r / (6 * fwhm)))
                for sign in (-1, 1):
                    splat(grid, sx[star] + sign * r * np.cos(a), sy[star] + sign * r * np.sin(a), (share * 0.2).astype(np.float32))
        layer += optics.image(grid)
    if kind == "galaxies":
        for _ in range(rng.integers(3, 9)):
            gx, gy, a = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0, np.pi)
            scale, q = rng.uniform(4, 25), rng.uniform(0.1, 0.6)
            u = (x - gx) * np.cos(a) + (y - gy) * np.sin(a)
            v = (-(x - gx) * np.sin(a) + (y - gy) * np.cos(a)) / q
            r = np.sqrt(u**2 + v**2 + 0.5)
            layer += noise * rng.uniform(1, 25) * (np.exp(-r / scale) + 2 * np.exp(-3.3 * (r / (0.6 * scale)) ** 0.5))
    if kind == "filaments":
        warp = power_field(rng, h, w, 3.4)
        layer += noise * rng.uniform(0.5, 4) * np.exp(-((np.abs(warp - 0.5)) / rng.uniform(0.01, 0.05)))
        layer += sky * 0.2 * power_field(rng, h, w, 3)
    if kind == "halo":
        for star in bright[:6]:
            r = np.hypot(x - sx[star] - rng.uniform(-3, 3), y - sy[star] - rng.uniform(-3, 3))
            size = rng.uniform(20, 90)
            layer += noise * rng.uniform(0.3, 2) * (r < size) * (r > size * rng.uniform(0, 0.5))
    if kind == "clouds":
        cloud = np.clip(power_field(rng, h, w, 3.6) * 1.6 - 0.4, 0, 1) * rng.uniform(0.1, 0.6)
        layer *= 1 - cloud
        layer += sky * cloud * rng.uniform(0, 0.4)
    if kind == "occlusion":
        a = rng.uniform(0, 2 * np.pi)
        d = (x - w / 2) * np.cos(a) + (y - h / 2) * np.sin(a) - rng.uniform(0.2, 0.5) * w
        shade = 1 / (1 + np.exp(-d / rng.uniform(1, 25)))
        layer *= 1 - shade * rng.uniform(0.2, 1)
        if rng.uniform() < 0.5:
            layer += sky * 0.3 * shade
    if kind == "ripples":
        a, period = rng.uniform(0, np.pi), rng.uniform(12, 70)
        layer += noise * rng.uniform(0.05, 0.25) * np.sin(2 * np.pi * (x * np.cos(a) + y * np.sin(a)) / period)


def detector(rng, kind, photons, gain, read, full, hot, bleed_at):
    h, w = photons.shape
    gains = rng.normal(1, 0.006, size=(h, w))
    electrons = rng.poisson(np.maximum(0, photons * gains)).astype(float) + rng.normal(0, read, (h, w))
    electrons += rng.normal(0, 0.04 * read, (h, 1))
    if kind == "banding":
        electrons += rng.normal(0, rng.uniform(0.2, 0.8) * read, (h, 1)) + rng.normal(0, 0.3 * read, (1, w))
    if kind == "bleeding":
        for bx, by, light in bleed_at:
            for column in range(bx - rng.integers(0, 2), bx + 1 + rng.integers(0, 3)):
                up, down = (rng.integers(20, 500, 2) * min(3, light)).astype(int)
                if 0 <= column < w:
                    electrons[max(0, by - down) : max(0, by + up), column] += full * rng.uniform(0.2, 1)
    if kind == "badLines":
        for _ in range(rng.integers(1, 6)):
            level = rng.uniform(-0.6, 3) * np.sqrt(photons.mean())
            if rng.uniform() < 0.6:
                electrons[rng.integers(0, h) * (rng.uniform() < 0.5) :, rng.integers(0, w)] += level
            else:
                electrons[rng.integers(0, h), :] += level
    count = int(h * w * (8e-5 if kind != "storm" else rng.uniform(5e-4, 3e-3)))
    electrons[rng.integers(0, h, count), rng.integers(0, w, count)] += np.exp(rng.uniform(3, np.log(full), count))
    for _ in range(int(hot * h * w / 1e6) * (25 if kind == "storm" else 1)):
        x, y, a, n = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0, 2 * np.pi), int(rng.exponential(6)) + 1
        t = np.arange(0, min(n, 60), 0.5)
        xs, ys = (x + t * np.cos(a)).astype(int), (y + t * np.sin(a)).astype(int)
        ok = (xs >= 0) & (ys >= 0) & (xs < w) & (ys < h)
        electrons[ys[ok], xs[ok]] += rng.exponential(700)
    return np.clip(np.round(np.minimum(electrons, full) / gain + 300), 0, 65535)


def make_frame(rng, kind, width, height):
    fwhm = float(np.exp(rng.uniform(np.log(1.9), np.log(5.5))))
    sky = float(np.exp(rng.uniform(np.log(40), np.log(3000))))
    read = rng.uniform(1.5, 9)
    gain = rng.uniform(0.3, 1.5)
    full = 60000 * gain
    noise = float(np.sqrt(sky + read**2 + gain**2 / 12 + (0.006 * sky) ** 2))
    elongation = rng.uniform(1.25, 2.4) if kind == "elongated" else rng.uniform(1, 1.12)
    optics = Optics(rng, width, height, fwhm, elongation)
    grid = np.zeros(optics.shape, np.float32)
    density = rng.uniform(8000, 20000) if kind == "crowded" else np.exp(rng.uniform(np.log(300), np.log(3000)))
    count = int(density * width * height / 1e6)
    star_list = stars(rng, grid, width, height, count, 1.2 * noise * fwhm, rng.uniform(0.75, 1.2))
    layer = optics.image(grid)
    lines = []
    for line, envelope, snr, breadth in plan_lines(rng, kind, width, height) if kind in TRAIL_CLASSES else []:
        image, across = draw_line(rng, optics, line, envelopes(rng, envelope), breadth)
        layer += image * snr * noise
        lines.append({"x1": line[0], "y1": line[1], "x2": line[2], "y2": line[3], "snr": snr, "width": across})
    y, x = np.mgrid[0:height, 0:width]
    u, v = x / width - 0.5, y / height - 0.5
    tilt = rng.uniform(-0.08, 0.08, 2)
    layer += sky * (1 + tilt[0] * u + tilt[1] * v - rng.uniform(0, 0.25) * (u**2 + v**2))
    add_look_alikes(rng, kind, layer, star_list, optics, noise, fwhm, sky)
    order = np.argsort(-star_list[2])[:8]
    bleed = [(int(star_list[0][i]), int(star_list[1][i]), 1 + k % 2) for k, i in enumerate(order)]
    adu = detector(rng, kind, layer, gain, read, full, rng.uniform(2, 12), bleed)
    return adu, lines, noise / gain


def write(path, adu, kind, rng, noise):
    if kind == "compressed":
        hdu = fits.CompImageHDU(
            adu.astype(np.float32),
            compression_type="RICE_1",
            quantize_level=float(rng.choice([0.5, 1, 2, 4])),
            quantize_method=int(rng.choice([-1, 1, 2])),
            tile_shape=(1, adu.shape[1]) if rng.uniform() < 0.5 else (64, 64),
        )
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path, overwrite=True)
    else:
        fits.PrimaryHDU(adu.astype(np.uint16)).writeto(path, overwrite=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, nargs=2, default=(1056, 900))
    parser.add_argument("--classes", default="")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    classes = options.classes.split(",") if options.classes else TRAIL_CLASSES + CLEAN_CLASSES
    truth = []
    for index in range(options.frames):
        kind = classes[index % len(classes)]
        rng = np.random.default_rng([options.seed, index])
        adu, lines, noise = make_frame(rng, kind, *options.size)
        name = f"{index:04d}-{kind}.fits"
        write(os.path.join(options.out, name), adu, kind, rng, noise)
        truth.append({"file": name, "kind": kind, "lines": lines, "noise": noise})
        with open(os.path.join(options.out, "truth.json"), "w") as file:
            json.dump(truth, file)


if __name__ == "__main__":
    main()
