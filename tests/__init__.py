"""The project's tests: a package, since a library that is installed beside them brings one of the same name."""
