"""Light and loss over the field: gradients, nebulae, clouds of power-law spectra, obstacles, lamps."""
import numpy as np


def coordinates(width, height):
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return x, y


def texture(rng, width, height, slope, largest):
    """Gaussian random field of unit variance, power falling as f^-slope below the largest scale (px)."""
    rows, columns = height // 8, width // 8
    fx = np.fft.fftfreq(columns, 8)[None, :]
    fy = np.fft.fftfreq(rows, 8)[:, None]
    f2 = fx * fx + fy * fy + (1 / largest) ** 2
    noise = np.fft.fft2(rng.standard_normal((rows, columns)))
    field = np.fft.ifft2(noise * f2 ** (-slope / 4)).real
    return (field - field.mean()) / field.std()


def enlarge(field, width, height):
    from scipy import ndimage

    zoom = (height / field.shape[0], width / field.shape[1])
    return ndimage.zoom(field, zoom, order=1, mode="nearest", grid_mode=True).astype(np.float32)


def cloud_loss(rng, width, height, mean, slope, contrast, largest):
    """Loss of light of one frame: log-normal optical depth with the wanted mean loss."""
    depth = np.exp(contrast * texture(rng, width, height, slope, largest))
    low, high = 0.0, 50.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if np.mean(1 - np.exp(-middle * depth)) < mean else (low, middle)
    return 1 - np.exp(-enlarge(low * depth, width, height))


def flat_field(rng, width, height, uneven):
    """Vignetting as a power of the cosine of the field angle, dust rings, pixel response."""
    x, y = coordinates(width, height)
    cx, cy = width * rng.uniform(0.45, 0.55), height * rng.uniform(0.45, 0.55)
    r2 = ((x - cx) ** 2 + (y - cy) ** 2) / (width**2 + height**2) * 4
    corner = rng.uniform(0.03, 0.22)
    flat = (1 + r2 * ((1 - corner) ** (-0.5) - 1)) ** -2
    for _ in range(rng.integers(1, 9)):
        px, py = rng.uniform(0, width), rng.uniform(0, height)
        r = np.hypot(x - px, y - py) / rng.uniform(10, 50)
        ring = 1 / (1 + np.exp(np.minimum(60, (r - 1) * 12))) - 0.8 / (1 + np.exp(np.minimum(60, (r - 0.4) * 12)))
        flat *= 1 - rng.uniform(0.01, 0.06) * ring
    return (flat * (1 + uneven * rng.standard_normal(flat.shape))).astype(np.float32)


def obstacle(width, height, edge, share, soft, tilt, ripple):
    """Cover, 0..1, that has come in from an edge over `share` of the field, its border sloped and uneven."""
    x, y = coordinates(width, height)
    u, v = [(x / width, y / height), (1 - x / width, y / height), (y / height, x / width), (1 - y / height, x / width)][edge]
    border = share + tilt * (v - 0.5) + 0.015 * np.sin(ripple + 9 * v)
    return 1 / (1 + np.exp(np.minimum(60, (u - border) * (width if edge < 2 else height) / soft)))


def lamp(width, height, x0, y0, rx, ry, angle, power):
    """Patch of unit peak; `power` 2 is Gaussian, less has a sharper peak and longer skirts."""
    x, y = coordinates(width, height)
    u = ((x - x0) * np.cos(angle) + (y - y0) * np.sin(angle)) / rx
    v = (-(x - x0) * np.sin(angle) + (y - y0) * np.cos(angle)) / ry
    return np.exp(-0.69 * (u * u + v * v) ** (power / 2))
