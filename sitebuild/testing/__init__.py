"""What only tests and benchmarks use: a host for a built site, Pyodide under Node."""
