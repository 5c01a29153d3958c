"""
A night from other hands than the judge's own simulator, to hold the judge to something it was not made with:
`python3 test/bench/foreign-night OUT --kind hard --seed 3 [--frames 120] [--width 1280] [--height 960] [--camera 1]`
writes FITS files in mixed encodings and truth.json beside them; nights of one --camera share camera and telescope. Needs numpy, scipy and astropy.
"""
import argparse
import json
import os
from datetime import datetime, timedelta

import numpy as np
from astropy.io import fits

import files
import optics
import plan
import sky


class Night:
    """Camera, telescope, targets and weather of a seed."""

    def __init__(self, kind, seed, frames, width, height, camera=None):
        rng = np.random.default_rng([seed, sum(map(ord, kind)), 77])
        self.kind, self.seed, self.count, self.width, self.height = kind, seed, frames, width, height
        self.camera = "Bench camera" if camera is None else f"Bench camera {camera}"
        self.megapixels = width * height / 1e6
        self.field = plan.FIELDS[seed % len(plan.FIELDS)] if kind == "special" else "normal"
        # a camera of its own number is the same in every night; without one each night has its own
        body = rng if camera is None else np.random.default_rng([camera, 78])
        self.gain = float(np.exp(body.uniform(np.log(0.24), np.log(1.3))))
        self.bits = int(body.choice([12, 14, 16, 16]))
        self.read = body.uniform(1.2, 8)
        self.pedestal = float(body.choice([60, 200, 500, 960, 1500]))
        self.well = float(body.uniform(0.5, 1) * 65535 * self.gain)
        self.psf_kind = str(body.choice(["moffat", "moffat", "kolmogorov"]))
        self.beta = body.uniform(2.4, 4.6)
        self.ellipticity, self.angle = body.uniform(0.01, 0.07), body.uniform(-1.5, 1.5)
        self.curvature, self.tilt = body.uniform(0, 0.05), body.uniform(-0.02, 0.02, 2)
        self.spikes = body.uniform(0.004, 0.02) if body.random() < 0.6 else 0
        self.spike_angle = body.uniform(0, np.pi / 2)
        self.uneven = body.uniform(0.002, 0.008)
        self.flat = sky.flat_field(body, width, height, self.uneven)
        hot = int(self.megapixels * np.exp(body.uniform(np.log(10), np.log(150))))
        self.hot = (body.integers(0, height, hot), body.integers(0, width, hot), np.exp(body.uniform(4, np.log(self.well), hot)))
        self.columns = [(int(body.integers(width)), body.choice([-1, 1]) * np.exp(body.uniform(2.5, 6))) for _ in range(body.integers(0, 4))]
        self.targets = [self.target(rng, k) for k in range(2 if self.field == "twoTargets" else 1)]
        low, high = plan.SEEING.get(self.field, (2.2, 4))
        phase = rng.uniform(0, 6.28, 4)
        self.seeing = lambda t: low + (high - low) * (0.5 + 0.22 * np.sin(3.1 * t + phase[0]) + 0.16 * np.sin(8 * t + phase[1]) + 0.12 * np.sin(15 * t + phase[2]))
        self.jitter = rng.uniform(0.02, 0.04)
        drift = rng.uniform(0.01, 0.06)
        self.glow = lambda t: 1 + drift * np.sin(2.5 * t + phase[3])
        self.extinction, self.zenith, self.rate = rng.uniform(0.05, 0.18), rng.uniform(0.3, 0.7), rng.uniform(0.7, 1.3)
        self.gradient, self.gradient_angle = rng.uniform(0.01, 0.08), rng.uniform(0, 6.28)
        self.flip = rng.uniform(0.3, 0.75) if rng.random() < 0.7 else 2
        self.rotation = rng.uniform(-0.006, 0.006)
        self.coarse = rng.uniform(0.25, 0.9)
        self.start = datetime(2025, int(rng.integers(1, 13)), int(rng.integers(1, 28)), 20, int(rng.integers(60)))
        self.slots = plan.slots(rng, kind, frames)

    def target(self, rng, order):
        electrons = rng.uniform(50, 250) if order else np.exp(rng.uniform(np.log(120), np.log(2500)))
        noise = np.sqrt(electrons + self.read**2)
        limit = 10 * noise * 1.7 * np.mean(plan.SEEING.get(self.field, (2.2, 4)))
        per_mp = {"crowded": rng.uniform(1200, 4000), "sparse": rng.uniform(12, 40)}.get(self.field, np.exp(rng.uniform(np.log(110), np.log(420))))
        slope = rng.uniform(0.65, 0.95)
        reach = np.hypot(self.width, self.height) / 2 + 60
        n = int(per_mp * (2 * reach) ** 2 / 1e6 * 5**slope)
        place = rng.uniform(-reach, reach, (n, 2))
        light = limit / 5 * rng.random(n) ** (-1 / slope)
        nebulae = [(*(rng.uniform(-0.6, 0.6, 2) * reach), rng.uniform(0.06, 0.3) * reach, electrons * rng.uniform(0.02, 0.25)) for _ in range(rng.integers(0, 3))]
        return dict(name=f"Field {self.seed}{'ab'[order]}", filter="Ha" if order else str(rng.choice(["L", "R", "V"])), seconds=[120, 300][order], sky=electrons,
                    place=place, light=np.minimum(light, limit * 4000), nebulae=nebulae)


def psf_of(night, fwhm, spoil):
    """Oversampled images at five widths (field curvature), and a maker for the truth."""
    base = optics.seeing_transfer(night.psf_kind, fwhm, night.ellipticity, night.angle, night.beta)
    own, own_e = optics.region_of(optics.image_of(base))
    extra = 1
    for name, d in spoil:
        if name == "defocus":
            make = lambda p, d=d: optics.annulus_transfer(p, d["obstruction"])
            extra = make(optics.solve(lambda p: base * make(p), own * d["strength"], 0.2, 3 * own))
        if name == "dew":
            make = lambda p, d=d: optics.halo_transfer(d["halo"], 2.2 * own) * np.exp(-2 * (np.pi * np.hypot(optics.FX, optics.FY) * p) ** 2)
            extra = make(optics.solve(lambda p: base * make(p), own * d["strength"], 0.01, 2 * own))
        if name == "elongation":
            make = lambda p, d=d: optics.drift_transfer(p, d["angle"], d["motion"])
            wanted = min(0.8, own_e + d["strength"])
            extra = make(optics.solve(lambda p: base * make(p), wanted, 0.05 * own, 6 * own, figure=1))
        if name == "double":
            extra = optics.second_image_transfer(d["strength"] * own, d["share"], d["angle"])
    return [
        optics.image_of(optics.seeing_transfer(night.psf_kind, fwhm * (1 + s), night.ellipticity, night.angle, night.beta) * extra)
        for s in np.linspace(-0.03, 0.08, 5)
    ]


def level_of(night, x, y):
    """Where between the five widths a star at x, y lies: curvature and tilt of the field."""
    r2 = ((x - night.width / 2) ** 2 + (y - night.height / 2) ** 2) / (night.width**2 + night.height**2) * 4
    wider = night.curvature * r2 + night.tilt[0] * (2 * x / night.width - 1) + night.tilt[1] * (2 * y / night.height - 1)
    return np.clip((wider + 0.03) / 0.11 * 4, 0, 4)


def between(images, level, *place):
    """A star image between two of the five; or the part of it at `place`."""
    low = min(int(level), 3)
    return (1 - (level - low)) * images[low][place] + (level - low) * images[low + 1][place]


def add_stars(night, canvas, x, y, light, images, spikes_noise):
    width, height = night.width, night.height
    level = level_of(night, x, y)
    over, half = optics.OVERSAMPLING, optics.STAMP // 2
    for k in range(len(x)):
        size = half if light[k] > 200 * spikes_noise * 5 else min(half, 16)
        cx, cy = int(np.round(x[k])), int(np.round(y[k]))
        sx, sy = int(np.round((x[k] - cx) * over)), int(np.round((y[k] - cy) * over))
        x0, x1, y0, y1 = max(0, cx - size), min(width, cx + size + 1), max(0, cy - size), min(height, cy + size + 1)
        if x0 >= x1 or y0 >= y1:
            continue
        ix = (np.arange(x0, x1) - cx) * over - sx + optics.GRID // 2
        iy = (np.arange(y0, y1) - cy) * over - sy + optics.GRID // 2
        ok_x, ok_y = (ix >= 0) & (ix < optics.GRID), (iy >= 0) & (iy < optics.GRID)
        part = between(images, level[k], *np.ix_(iy[ok_y], ix[ok_x]))
        canvas[y0:y1, x0:x1][np.ix_(ok_y, ok_x)] += light[k] * part
        if night.spikes and light[k] * night.spikes / 60 > 0.7 * spikes_noise:
            add_spikes(night, canvas, x[k], y[k], light[k], spikes_noise)


def add_spikes(night, canvas, x, y, light, noise):
    """Four arms whose brightness falls with the square of the distance, cut where the noise hides them."""
    reach = int(min(300, np.sqrt(light * night.spikes / (0.05 * noise))))
    x0, x1, y0, y1 = max(0, int(x) - reach), min(night.width, int(x) + reach), max(0, int(y) - reach), min(night.height, int(y) + reach)
    if x0 >= x1 or y0 >= y1:
        return
    gy, gx = np.mgrid[y0:y1, x0:x1]
    for a in (night.spike_angle, night.spike_angle + np.pi / 2):
        along = np.abs((gx - x) * np.cos(a) + (gy - y) * np.sin(a))
        off = -(gx - x) * np.sin(a) + (gy - y) * np.cos(a)
        arm = light * night.spikes / (30 + along**2) * np.exp(-0.5 * (off / 1.1) ** 2)
        canvas[y0:y1, x0:x1] += np.where(along < reach, arm, 0).astype(np.float32)


def add_trail(canvas, t, fwhm, noise):
    gy, gx = np.mgrid[0:canvas.shape[0], 0:canvas.shape[1]].astype(np.float32)
    length = np.hypot(t["x2"] - t["x1"], t["y2"] - t["y1"])
    c, s = (t["x2"] - t["x1"]) / length, (t["y2"] - t["y1"]) / length
    along = (gx - t["x1"]) * c + (gy - t["y1"]) * s
    off = -(gx - t["x1"]) * s + (gy - t["y1"]) * c
    wide = fwhm * t["wide"]
    profile = (1 + (2 * off / wide) ** 2 * (2 ** (1 / 3.5) - 1)) ** -3.5
    strength = 1 + t["ripple"] * np.sin(2 * np.pi * along / t["period"])
    if t["name"] == "aircraft":
        strength = (np.mod(along, t["dash"]) > t["gap"] * t["dash"]).astype(np.float32)
    if t["name"] == "meteor":
        u = np.clip(along / length, 0, 1)
        strength = np.minimum(1, 4.5 * u * (1 - u) ** 0.6)
    ends = np.clip(along + 0.5, 0, 1) * np.clip(length - along + 0.5, 0, 1)
    canvas += (t["snr"] * noise * profile * strength * ends).astype(np.float32)
    return wide


def add_hits(rng, canvas, hot, rays, well):
    height, width = canvas.shape
    ys, xs = rng.integers(0, height, hot), rng.integers(0, width, hot)
    canvas[ys, xs] += np.exp(rng.uniform(np.log(150), np.log(well), hot)).astype(np.float32)
    for _ in range(rays):
        x, y, a = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, np.pi)
        light = np.exp(rng.uniform(np.log(300), np.log(9000)))
        for step in range(int(1 + rng.exponential(3))):
            px, py = int(x + step * np.cos(a)), int(y + step * np.sin(a))
            if 0 <= px < width and 0 <= py < height:
                canvas[py, px] += light * rng.uniform(0.5, 1)


def frame_of(night, k):
    """Electrons, defects and truth of frame k."""
    rng = np.random.default_rng([night.seed, k, sum(map(ord, night.kind))])
    slot = night.slots[k]
    t = k / 120
    progress = k / max(1, night.count)
    target = night.targets[int(progress * 4) % len(night.targets)]
    spoil = []
    if slot is not None:
        name, place, seed = slot
        spoil.append((name, plan.defect(rng, night.kind, name, place, seed, night.width, night.height, night.megapixels)))
    found = dict(spoil)
    width, height = night.width, night.height
    airmass = 1 / np.cos(min(1.1, abs(night.rate * (progress - night.zenith)) * 1.1))
    seeing = night.seeing(t) * airmass**0.3 * (1 + night.jitter * np.clip(rng.standard_normal(), -2.5, 2.5))
    passes = 10 ** (-0.4 * night.extinction * (airmass - 1)) * (1 + 0.004 * rng.standard_normal())
    flipped = progress > night.flip
    x, y = sky.coordinates(width, height)
    turn = night.gradient_angle + progress + np.pi * flipped
    tilt = ((2 * x / width - 1) * np.cos(turn) + (2 * y / height - 1) * np.sin(turn)) * night.gradient
    level = target["sky"] * night.glow(t) * airmass**0.15 * (1 + 0.008 * rng.standard_normal())
    light = 1 + tilt + 0.3 * night.gradient * tilt**2 / max(1e-6, night.gradient**2)
    through = np.ones((height, width), np.float32)
    for name, d in spoil:
        if name == "cloud":
            loss = sky.cloud_loss(np.random.default_rng([slot[2], k]), width, height, d["strength"], d["slope"], d["contrast"], d["largest"])
            through *= 1 - loss
            light = light * (1 + d["glow"] * loss)
        if name == "veil":
            through *= 1 - d["strength"]
            light = light * (1 + d["glow"] * d["strength"])
        if name == "dew":
            through *= 1 - d["loss"]
        if name == "occlusion":
            cover = sky.obstacle(width, height, d["edge"], d["strength"], d["soft"], d["tilt"], d["ripple"])
            through *= (1 - cover).astype(np.float32)
            light = light * (1 - (1 - d["shine"]) * cover)
            d["strength"] = float(cover.mean())
            d["marginal"] = d["strength"] < 0.045
        if name in ("moonlight", "dawn"):
            slope = ((2 * x / width - 1) * np.cos(d["angle"]) + (2 * y / height - 1) * np.sin(d["angle"])) * d["gradient"]
            light = light + (d["strength"] - 1) * (1 + slope)
        if name in ("strayLight", "cornerGlow"):
            light = light + d["strength"] * sky.lamp(width, height, d["x"], d["y"], d["rx"], d["ry"], d["angle"], d["power"])
    exposure = found["overexposed"]["strength"] * night.well / target["sky"] if "overexposed" in found else 1
    canvas = (level * exposure * light * night.flat).astype(np.float32)
    angle = np.pi * flipped + night.rotation * (progress - 0.5) + 0.0004 * rng.standard_normal()
    c, s = np.cos(angle), np.sin(angle)
    shift = rng.uniform(-11, 11, 2) + [5 * np.sin(5 * progress), 8 * progress]
    turned = lambda px, py: (width / 2 + shift[0] + c * px - s * py, height / 2 + shift[1] + s * px + c * py)
    for nx, ny, radius, peak in target["nebulae"]:
        px, py = turned(nx, ny)
        canvas += (peak * exposure * passes * np.exp(-((x - px) ** 2 + (y - py) ** 2) / radius**2) * through * night.flat).astype(np.float32)
    background = float(np.median(canvas[2::5, 2::5]))
    noise = noise_of(night, min(background, night.well))
    images = psf_of(night, seeing, spoil)
    px, py = turned(target["place"][:, 0], target["place"][:, 1])
    inside = (px > -30) & (py > -30) & (px < width + 30) & (py < height + 30)
    px, py, electrons = px[inside], py[inside], target["light"][inside] * passes * exposure
    ix, iy = np.clip(px.astype(int), 0, width - 1), np.clip(py.astype(int), 0, height - 1)
    electrons = electrons * through[iy, ix] * night.flat[iy, ix]
    add_stars(night, canvas, px, py, electrons, images, noise)
    middle = between(images, float(np.median(level_of(night, px, py))), slice(None))
    fwhm, ellipticity = optics.region_of(middle, "double" in found)
    trails = [(d, add_trail(canvas, d, fwhm, noise)) for _, spoilt in spoil for d in spoilt.get("trails", [])]
    canvas[night.hot[0], night.hot[1]] += night.hot[2].astype(np.float32)
    for column, amount in night.columns:
        canvas[:, column] = np.maximum(0, canvas[:, column] + amount)
    add_hits(rng, canvas, found.get("hotPixelStorm", {}).get("strength", 0), int(rng.poisson(3)) + found.get("cosmicRayStorm", {}).get("strength", 0), night.well)
    unit = middle[::optics.OVERSAMPLING, ::optics.OVERSAMPLING]
    snr = electrons * np.sqrt(np.sum(unit**2)) / noise
    stars = [(float(a), float(b), float(q)) for a, b, q in zip(px, py, snr) if q >= 4 and 0 <= a < width and 0 <= b < height]
    facts = dict(target=target, spoil=spoil, flipped=bool(flipped), passes=float(passes), airmass=float(airmass), noise=noise, background=background,
                 fwhm=float(fwhm), ellipticity=float(ellipticity), trails=trails, stars=stars)
    return canvas, rng, facts


def without_light(night, k, name, d):
    rng = np.random.default_rng([night.seed, k, 5])
    target = night.targets[int(k / max(1, night.count) * 4) % len(night.targets)]
    canvas = None if name == "blank" else np.zeros((night.height, night.width), np.float32)
    return canvas, rng, dict(target=target, spoil=[(name, d)], flipped=False, passes=1.0, airmass=1.0, noise=night.read, background=0.0, fwhm=None,
                             ellipticity=None, trails=[], stars=[])


def step_of(night):
    """ADU between two values of a converter of fewer than 16 bits; none is so coarse that the noise is lost."""
    step = 2 ** (16 - night.bits)
    return step if night.gain * step < 0.7 * night.read else 1


def noise_of(night, electrons):
    """One sigma of a pixel: light, reading, uneven response, steps of the converter; electrons."""
    steps = step_of(night) * night.gain
    return float(np.sqrt(electrons + night.read**2 + (night.uneven * electrons) ** 2 + steps**2 / 12))


def read_out(night, rng, electrons):
    drawn = rng.poisson(np.minimum(electrons, night.well)).astype(np.float64)
    adu = (drawn + night.read * rng.standard_normal(electrons.shape)) / night.gain + night.pedestal
    step = step_of(night)
    return np.clip(np.floor(adu / step) * step, 0, 65535)


def encoding_of(night, rng, names, background):
    weights = np.array(list(files.WEIGHTS.values()), float)
    encoding = str(rng.choice(list(files.WEIGHTS), p=weights / weights.sum()))
    if "truncated" in names:
        return "u16"
    bright = background / night.gain + night.pedestal > 20000 or set(names) & {"blank", "overexposed", "dawn"}
    return "u16" if bright and encoding in ("i16", "u8") else encoding


def header_of(night, k, facts, encoding):
    target = facts["target"]
    header = fits.Header()
    moment = night.start + timedelta(seconds=k * (target["seconds"] + 7.3))
    header["IMAGETYP"], header["OBJECT"], header["FILTER"] = "Light Frame", target["name"], target["filter"]
    header["EXPTIME"], header["GAIN"], header["CCD-TEMP"] = float(target["seconds"]), 100, -10.0
    header["DATE-OBS"], header["INSTRUME"], header["AIRMASS"] = moment.isoformat(timespec="milliseconds"), night.camera, round(facts["airmass"], 4)
    header["RA"], header["DEC"], header["XPIXSZ"], header["FOCALLEN"] = 83.6 + 20 * night.targets.index(target), 22.0, 3.76, 600.0
    if encoding == "bayer":
        header["BAYERPAT"] = "RGGB"
    return header


def truth_of(night, k, name, facts, encoding):
    kinds = [kind for kind, _ in facts["spoil"]]
    scale = 1 / 65535 if encoding == "f32unit" else 1
    strength = facts["spoil"][0][1].get("strength", max((d["snr"] for d, _ in facts["trails"]), default=0)) if kinds else 0
    inside = lambda x, y: 8 <= x <= night.width - 9 and 8 <= y <= night.height - 9
    return dict(
        index=k, file=name, kind=kinds[0] if kinds else "clean", kinds=kinds, findings=[], strength=float(strength),
        marginal=any(bool(d.get("marginal")) for _, d in facts["spoil"]),
        trails=[dict(x1=d["x1"], y1=d["y1"], x2=d["x2"], y2=d["y2"], width=float(w), snrPerPixel=d["snr"]) for d, w in facts["trails"]],
        fwhm=facts["fwhm"], ellipticity=facts["ellipticity"], background=(facts["background"] / night.gain + night.pedestal) * scale,
        noise=facts["noise"] / night.gain * scale, transparency=facts["passes"], encoding=encoding, target=facts["target"]["name"],
        filter=facts["target"]["filter"], flipped=facts["flipped"],
        stars=[dict(x=x, y=y, flux=0, snr=q) for x, y, q in facts["stars"] if q >= 10 and inside(x, y)],
        everyStar=[round(v, 2) for star in facts["stars"] for v in star],
    )


def write_frame(night, k, out):
    slot = night.slots[k]
    if slot is not None and slot[0] in ("blank", "shutter"):
        rng = np.random.default_rng([night.seed, k])
        canvas, rng, facts = without_light(night, k, slot[0], plan.defect(rng, night.kind, *slot, night.width, night.height, night.megapixels))
    else:
        canvas, rng, facts = frame_of(night, k)
    names = [name for name, _ in facts["spoil"]]
    encoding = encoding_of(night, rng, names, facts["background"])
    if encoding == "bayer" and canvas is not None:
        for row, column, share in ((0, 0, 0.6), (1, 1, 0.72)):
            canvas[row::2, column::2] *= share
    adu = np.full((night.height, night.width), float(facts["spoil"][0][1]["strength"])) if canvas is None else read_out(night, rng, canvas)
    header = header_of(night, k, facts, encoding)
    data = files.encode(adu, header, encoding, facts["background"] / night.gain + night.pedestal, facts["noise"] / night.gain, night.coarse)
    if "truncated" in names:
        data = files.cut(data, night.height, night.width, facts["spoil"][0][1]["strength"])
    ending = ".fits.fz" if encoding in ("rice", "rice32", "gzip1", "gzip2", "hcompress", "floatDither1", "floatDither2", "floatNone") else ".fits"
    name = f"frame_{k:04d}{'.fits.gz' if encoding == 'fitsGz' else ending}"
    with open(os.path.join(out, name), "wb") as file:
        file.write(data)
    return truth_of(night, k, name, facts, encoding)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--kind", choices=list(plan.SHARES), default="standard")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=960)
    parser.add_argument("--camera", type=int)
    given = parser.parse_args()
    os.makedirs(given.out, exist_ok=True)
    night = Night(given.kind, given.seed, given.frames, given.width, given.height, given.camera)
    truths = [write_frame(night, k, given.out) for k in range(given.frames)]
    with open(os.path.join(given.out, "truth.json"), "w") as file:
        json.dump(dict(kind=given.kind, seed=given.seed, field=night.field, frames=truths), file)


main()
