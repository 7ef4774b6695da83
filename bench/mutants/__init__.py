"""Small wrong changes to the code, and which tests find them: ``python -m bench.mutants --help``."""
