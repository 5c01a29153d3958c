"""One 26 MP frame through sep and astropy: prints CPU milliseconds and peak memory of each step; see measure.ts."""

import json
import sys
import time

path, step = sys.argv[1], sys.argv[2]


def peak_mebibytes():
    # Of the whole process; importing numpy and astropy is part of what idles. Not getrusage: its peak begins with that of
    # the process that started this one.
    with open("/proc/self/status") as status:
        line = next(each for each in status if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if step == "astropy":
    from astropy.io import fits
    import numpy

    idle = peak_mebibytes()
    before = time.process_time()
    with fits.open(path) as hdus:
        image = next(hdu for hdu in hdus if hdu.data is not None and hdu.data.ndim == 2)
        data = numpy.asarray(image.data, dtype=numpy.float32)
else:
    from astropy.io import fits
    import numpy
    import sep

    idle = peak_mebibytes()
    before = time.process_time()
    with fits.open(path) as hdus:
        image = next(hdu for hdu in hdus if hdu.data is not None and hdu.data.ndim == 2)
        data = numpy.ascontiguousarray(image.data, dtype=numpy.float32)
    sky = sep.Background(data, bw=64, bh=64)
    sky.subfrom(data)
    sep.set_extract_pixstack(3_000_000)
    found = sep.extract(data, 3.0, err=sky.globalrms, minarea=5)

used = time.process_time() - before
print(json.dumps({"milliseconds": 1000 * used, "mebibytes": peak_mebibytes() - idle, "pixels": int(data.size)}))
