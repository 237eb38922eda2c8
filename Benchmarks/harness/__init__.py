"""Measures Weir beside its peers; `Benchmarks/bench.py` is the program."""
