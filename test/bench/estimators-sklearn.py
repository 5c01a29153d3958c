"""Fits and scores of scikit-learn on a table that the benchmark wrote: prints seconds as JSON."""
import json
import sys
import time

import numpy as np
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

kind, path, rows, columns = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
table = np.fromfile(path + '.f32', np.float32).reshape(rows, columns).astype(np.float64)
labels = np.fromfile(path + '.i32', np.int32)
begun, used = time.perf_counter(), time.process_time()
if kind == 'random-forest':
    RandomForestClassifier(200, n_jobs=2, random_state=0).fit(table, labels)
    scores = None
elif kind == 'isolation-forest':
    scores = -IsolationForest(n_estimators=100, n_jobs=2, random_state=0).fit(table).score_samples(table)
elif kind == 'one-class-svm':
    scores = -OneClassSVM(nu=0.05).fit(table).decision_function(table)
else:
    model = LocalOutlierFactor(20, n_jobs=2).fit(table)
    scores = -model.negative_outlier_factor_
wall, cpu = time.perf_counter() - begun, time.process_time() - used
area = None
if scores is not None:
    order = np.argsort(np.argsort(scores)) + 1
    strange = labels == 1
    area = float((order[strange].sum() - strange.sum() * (strange.sum() + 1) / 2) / (strange.sum() * (~strange).sum()))
print(json.dumps({'wallSeconds': wall, 'cpuSeconds': cpu, 'area': area}))
