"""CPU milliseconds per megapixel that astropy takes for the same files: decode-astropy.py FILE..."""
import os
import sys
import time
import numpy as np
from astropy.io import fits

for path in sys.argv[1:]:
    best = float("inf")
    for _ in range(5):
        before = time.process_time()
        with fits.open(path, memmap=False) as hdus:
            image = next(h for h in hdus if h.header.get("NAXIS", 0) >= 2 and h.is_image)
            pixels = np.asarray(image.data, dtype="f4")
        best = min(best, time.process_time() - before)
    print(f"{os.path.basename(path)}: {pixels.size / 1e6:.2f} MP, {best * 1e9 / pixels.size:.2f} ms/MP")
