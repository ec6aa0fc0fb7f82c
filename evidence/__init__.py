"""What the pages cite and a build is too small for: studies, labs, benchmarks."""
