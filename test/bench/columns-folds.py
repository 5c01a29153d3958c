"""The fold of each row as scikit-learn's StratifiedGroupKFold deals them; labels, groups, folds and seed as JSON on standard input."""

import json
import sys

import numpy
from sklearn.model_selection import StratifiedGroupKFold

given = json.load(sys.stdin)
labels, groups = numpy.array(given["labels"]), numpy.array(given["groups"])
splitter = StratifiedGroupKFold(given["folds"], shuffle=True, random_state=given["seed"])
fold_of = numpy.zeros(len(labels), int)
for fold, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
    fold_of[held_out] = fold
print(json.dumps(fold_of.tolist()))
