"""The benchmarks of Trunkline: the same real WAL through Trunkline and through what stands beside it."""
