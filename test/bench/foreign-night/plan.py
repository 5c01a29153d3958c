"""What a night is like and what spoils which of its frames."""
import numpy as np

SHARES = {
    "standard": dict(satellite=20, aircraft=4, cloud=10, defocus=5, dew=6, elongation=7, double=4, moonlight=3, dawn=3,
                     overexposed=2, hotPixelStorm=2, cosmicRayStorm=2, blank=1, shutter=1, truncated=1),
    "hard": dict(satellite=14, cloud=13, defocus=8, dew=8, elongation=9, double=5, moonlight=4, dawn=4),
    "sparse": dict(satellite=5, aircraft=1, cloud=4, defocus=3, dew=2, elongation=3, double=2, moonlight=2, dawn=1, veil=2,
                   occlusion=2, strayLight=1, cornerGlow=1),
    "clean": {},
    "special": dict(veil=12, occlusion=12, strayLight=9, cornerGlow=9, meteor=8, satellite=4),
    "taper": dict(veil=26, cloud=4),
}
RUNS = dict(cloud=5, veil=12, dew=5, occlusion=12, moonlight=4, dawn=9, defocus=3, cornerGlow=8, strayLight=3)
FIELDS = ["crowded", "undersampled", "oversampled", "twoTargets", "sparse", "normal"]
SEEING = dict(crowded=(2.2, 3.4), undersampled=(1.35, 1.9), oversampled=(5, 8))


def slots(rng, kind, count):
    """The kind of each frame and its place (0..1] in its run; runs are laid into free stretches."""
    plan = [None] * count
    runs = []
    for name, share in SHARES[kind].items():
        left = share * count / 120
        left = int(left) + (rng.random() < left % 1)
        while left > 0:
            longest = 26 if kind == "taper" and name == "veil" else RUNS.get(name, 1)
            length = left if name == "dawn" else min(left, int(rng.integers(max(1, longest // 3), longest + 1)))
            runs.append((name, length))
            left -= length
    for name, length in sorted(runs, key=lambda run: -run[1]):
        starts = [s for s in range(count - length + 1) if all(p is None for p in plan[s:s + length])]
        if name == "dawn":
            starts = [s for s in starts if s == count - length]
        if not starts:
            continue
        start = int(rng.choice(starts))
        seed = int(rng.integers(1 << 30))
        for k in range(length):
            plan[start + k] = (name, (k + 1) / length, seed)
    return plan


def defect(rng, kind, name, progress, seed, width, height, megapixels):
    """One defect's figures; `strength` is the one by which misses are sorted."""
    run = np.random.default_rng(seed)
    hard = kind == "hard"
    side = run.uniform(-np.pi, np.pi)
    if name in ("satellite", "aircraft", "meteor"):
        low, high = (0.15, 2) if kind == "hard" else (1.5, 30)
        count = 1 if rng.random() < 0.8 else 2
        return dict(trails=[trail(rng, name, width, height, np.exp(rng.uniform(np.log(low), np.log(high)))) for _ in range(count)])
    if name == "cloud":
        mean = run.uniform(0.04, 0.2) * rng.uniform(0.9, 1.1) if hard else rng.uniform(0.12, 0.5)
        return dict(strength=max(mean, 0.04), slope=run.uniform(2.6, 3.7), contrast=run.uniform(0.35, 0.9), largest=run.uniform(0.35, 1.2) * width,
                    glow=run.uniform(-0.05, 0.15))
    if name == "veil":
        shape = 1 - abs(2 * progress - 1) if kind == "taper" else progress
        loss = (0.03 if kind == "taper" else 0.09) + 0.4 * shape * run.uniform(0.5, 1)
        return dict(strength=loss, marginal=loss < 0.085, glow=run.uniform(-0.03, 0.06))
    if name == "defocus":
        return dict(strength=rng.uniform(1.12, 1.35) if hard else rng.uniform(1.3, 3), obstruction=run.uniform(0, 0.45))
    if name == "dew":
        factor = rng.uniform(1.12, 1.3) if hard else 1.15 + 0.7 * progress
        return dict(strength=factor, loss=rng.uniform(0.04, 0.14) if hard else 0.1 + 0.35 * progress, halo=rng.uniform(0.04, 0.12) if hard else 0.2)
    if name == "elongation":
        return dict(strength=rng.uniform(0.12, 0.25) if hard else rng.uniform(0.2, 0.65), angle=rng.uniform(-np.pi / 2, np.pi / 2),
                    motion=str(rng.choice(["even", "swing"])))
    if name == "double":
        return dict(strength=rng.uniform(0.8, 1.4) if hard else rng.uniform(1.3, 3), share=rng.uniform(0.15, 0.35) if hard else rng.uniform(0.25, 0.5),
                    angle=rng.uniform(-np.pi, np.pi))
    if name in ("moonlight", "dawn"):
        low, high = (0.12, 0.4) if hard else (0.4, 2)
        more = run.uniform(low, high) if name == "moonlight" else low + (high if hard else 4) * progress**2
        return dict(strength=1 + more, gradient=run.uniform(0.02, 0.15), angle=side)
    if name == "strayLight":
        return dict(strength=rng.uniform(0.16, 0.7), x=run.uniform(0.1, 0.9) * width, y=run.uniform(0.1, 0.9) * height, rx=run.uniform(0.1, 0.3) * width,
                    ry=run.uniform(0.1, 0.3) * width, angle=side, power=run.uniform(1.4, 2.4))
    if name == "cornerGlow":
        corner = run.integers(4)
        return dict(strength=0.17 + 0.5 * run.random(), x=(corner % 2) * width, y=(corner // 2) * height, rx=run.uniform(0.1, 0.25) * width,
                    ry=run.uniform(0.1, 0.25) * width, angle=0.0, power=run.uniform(0.9, 1.6))
    if name == "occlusion":
        return dict(strength=0.055 + 0.35 * progress * run.uniform(0.6, 1), edge=int(run.integers(4)), soft=run.uniform(4, 25), tilt=run.uniform(-0.15, 0.15),
                    ripple=run.uniform(0, 6), shine=run.uniform(0.2, 1.1))
    if name == "overexposed":
        return dict(strength=rng.uniform(0.95, 1.7))
    if name in ("hotPixelStorm", "cosmicRayStorm"):
        return dict(strength=int(megapixels * np.exp(rng.uniform(np.log(300), np.log(1600)))))
    if name == "blank":
        return dict(strength=int(rng.choice([0, 1000, 65535])))
    if name == "truncated":
        return dict(strength=rng.uniform(0.3, 0.9))
    return dict(strength=1)


def trail(rng, name, width, height, snr):
    """Ends of a line: across the field, or ending inside it (meteors always)."""
    angle = rng.uniform(0, np.pi)
    cx, cy = rng.uniform(0.15, 0.85) * width, rng.uniform(0.15, 0.85) * height
    reach = []
    for sign in (1, -1):
        ux, uy = sign * np.cos(angle), sign * np.sin(angle)
        across = ((width - 1 - cx) / ux if ux > 0 else -cx / ux) if abs(ux) > 1e-9 else 1e9
        up = ((height - 1 - cy) / uy if uy > 0 else -cy / uy) if abs(uy) > 1e-9 else 1e9
        full = min(across, up)
        inside = rng.random() < (0.15 if name == "satellite" else 0)
        reach.append(rng.uniform(0.6, 0.95) * full if inside else full)
    if name == "meteor":
        reach = [min(r, rng.uniform(60, 260)) for r in reach]
    a, b = reach
    return dict(x1=cx - b * np.cos(angle), y1=cy - b * np.sin(angle), x2=cx + a * np.cos(angle), y2=cy + a * np.sin(angle), snr=float(snr),
                wide=float(rng.uniform(1, 1.25)), name=name, dash=float(rng.uniform(25, 70)), gap=float(rng.uniform(0.3, 0.6)),
                ripple=float(rng.uniform(0, 0.25)), period=float(rng.uniform(80, 500)))
