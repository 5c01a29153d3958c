"""Fits scikit-learn's perceptron on spectra that the benchmark wrote: prints seconds and accuracy as JSON."""
import json
import sys
import time

import numpy as np
from sklearn.neural_network import MLPClassifier

path, rows, unseen, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
table = np.fromfile(path + '.f32', np.float32).reshape(rows + unseen, columns)
labels = np.fromfile(path + '.i32', np.int32)
model = MLPClassifier((512, 256, 128), early_stopping=True, random_state=0)
begun, used = time.perf_counter(), time.process_time()
model.fit(table[:rows], labels[:rows])
wall, cpu = time.perf_counter() - begun, time.process_time() - used
begun = time.perf_counter()
right = float((model.predict(table[rows:]) == labels[rows:]).mean())
each = (time.perf_counter() - begun) / unseen
print(json.dumps({'wallSeconds': wall, 'cpuSeconds': cpu, 'accuracy': right, 'microsecondsEach': 1e6 * each}))
