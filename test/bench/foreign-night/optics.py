"""Star images by transfer functions: seeing, aperture, defocus, dew, drift and pixel are multiplied in frequency."""
import numpy as np

OVERSAMPLING = 5
STAMP = 65  # px, odd
GRID = OVERSAMPLING * STAMP


def _frequencies():
    f = np.fft.fftfreq(GRID, 1 / OVERSAMPLING)  # cycles per px
    return np.meshgrid(f, f)


FX, FY = _frequencies()
_AXIS = (np.arange(GRID) - GRID // 2) / OVERSAMPLING
X, Y = np.meshgrid(_AXIS, _AXIS)
PIXEL = np.sinc(FX) * np.sinc(FY)


def _transfer(image):
    return np.fft.fft2(np.fft.ifftshift(image / image.sum()))


def seeing_transfer(kind, fwhm, ellipticity, angle, beta):
    """Transfer of the atmosphere: a Moffat profile, or Kolmogorov turbulence with a Gaussian guiding error."""
    c, s = np.cos(angle), np.sin(angle)
    stretch = np.sqrt(1 - ellipticity)
    if kind == "moffat":
        u = (X * c + Y * s) * stretch
        v = (-X * s + Y * c) / stretch
        alpha = fwhm / (2 * np.sqrt(2 ** (1 / beta) - 1))
        return _transfer((1 + (u * u + v * v) / alpha**2) ** -beta)
    u = (FX * c + FY * s) / stretch
    v = (-FX * s + FY * c) * stretch
    f = np.hypot(u, v)
    turbulence = np.exp(-3.44 * (f * fwhm / 0.976 * 0.93) ** (5 / 3))
    guiding = np.exp(-2 * (np.pi * f * 0.12 * fwhm) ** 2)
    halo = np.exp(-2 * (np.pi * f * 1.6 * fwhm) ** 2)
    return (0.94 * turbulence + 0.06 * halo) * guiding


def annulus_transfer(radius, obstruction):
    """An out-of-focus pupil of `radius` px with its central obstruction, edges one sample soft."""
    r = np.hypot(X, Y) * OVERSAMPLING
    edge = lambda limit: np.clip(limit * OVERSAMPLING - r + 0.5, 0, 1)
    return _transfer(np.maximum(edge(radius) - edge(radius * obstruction), 0) + 1e-12)


def drift_transfer(length, angle, kind):
    """A mount that drifts evenly (box) or swings (more light at the turning points)."""
    along = FX * np.cos(angle) + FY * np.sin(angle)
    if kind == "swing":
        t = np.cos(np.linspace(0, np.pi, 41)) * length / 2
        return np.mean([np.cos(2 * np.pi * along * p) for p in t], axis=0)
    return np.sinc(along * length)


def halo_transfer(share, sigma):
    return 1 - share + share * np.exp(-2 * (np.pi * np.hypot(FX, FY) * sigma) ** 2)


def second_image_transfer(separation, share, angle):
    along = FX * np.cos(angle) + FY * np.sin(angle)
    return 1 - share + share * np.exp(-2j * np.pi * along * separation)


def image_of(transfer):
    """Oversampled star image of unit light per px, pixel included."""
    image = np.fft.fftshift(np.fft.ifft2(transfer * PIXEL).real)
    image = np.maximum(image, 0)
    return image / image.sum() * OVERSAMPLING**2


def region_of(image, double=False):
    """fwhm and ellipticity of the half-maximum region, holes filled."""
    from scipy import ndimage

    reach = OVERSAMPLING * (STAMP // 2 - 4)
    middle = GRID // 2
    part = image[middle - reach:middle + reach + 1, middle - reach:middle + reach + 1]
    rows, columns = np.nonzero(part >= part.max() / 3)
    pad = 3
    part = part[max(0, rows.min() - pad):rows.max() + pad + 1, max(0, columns.min() - pad):columns.max() + pad + 1]
    finer = max(1, min(8, int(260 / max(part.shape))))
    part = ndimage.zoom(part, finer, order=3, mode="nearest", grid_mode=True)
    region = part >= part.max() / 2
    if double:
        labels, _ = ndimage.label(region)
        region = labels == labels.flat[int(part.argmax())]
    region = ndimage.binary_fill_holes(region)
    ys, xs = np.nonzero(region)
    area = len(xs) / (OVERSAMPLING * finer) ** 2
    vxx, vyy, vxy = xs.var(), ys.var(), np.mean((xs - xs.mean()) * (ys - ys.mean()))
    mean, half = (vxx + vyy) / 2, np.hypot((vxx - vyy) / 2, vxy)
    return np.sqrt(4 * area / np.pi), 1 - np.sqrt(max(1e-9, mean - half) / (mean + half))


def solve(make, wanted, low, high, figure=0, steps=9):
    """The parameter for which `make(p)`'s region figure (0 fwhm, 1 ellipticity) is the wanted one."""
    for _ in range(steps):
        middle = (low + high) / 2
        if region_of(image_of(make(middle)))[figure] < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
