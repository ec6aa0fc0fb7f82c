// Compile the Python inside archives with Pyodide, the very Python that pages run.
// Reads [{source, target, keepSources}] from stdin. The same input gives the same bytes.
import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const COMPILE = `
import ast
import importlib._bootstrap_external as bootstrap
import importlib.util
import io
import sys
import zipfile

DATE = (1980, 1, 1, 0, 0, 0)
OWNERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(source, name):
    """Return the tree of a module without what only help() reads."""
    tree = ast.parse(source, name)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, OWNERS) and body and ast.get_docstring(node) is not None:
            body[:1] = [] if len(body) > 1 else [ast.copy_location(ast.Pass(), body[0])]
    return tree


def bytecode(source, name, keep_sources):
    """Return what a .pyc file holds that no reader compares with its source."""
    parsed = source if keep_sources else without_docstrings(source, name)
    code = compile(parsed, name, "exec", dont_inherit=True, optimize=0)
    digest = importlib.util.source_hash(source)
    return bytes(bootstrap._code_to_hash_pyc(code, digest, checked=False))


def placed(name, keep_sources):
    if not keep_sources:
        return name + "c"
    folder, _, file = name.rpartition("/")
    module = file.removesuffix(".py")
    return f"{folder}/__pycache__/{module}.{sys.implementation.cache_tag}.pyc".lstrip("/")


def rewrite(path, keep_sources):
    out = io.BytesIO()
    # What keeps no sources is compressed as a whole by whoever asked for it.
    method = zipfile.ZIP_DEFLATED if keep_sources else zipfile.ZIP_STORED
    with (
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(out, "w", method, compresslevel=9) as new,
    ):
        files = {}
        for name in old.namelist():
            if name.endswith("/"):
                continue
            content = old.read(name)
            if not name.endswith(".py"):
                files[name] = content
                continue
            if keep_sources:
                files[name] = content
            try:
                files[placed(name, keep_sources)] = bytecode(content, name, keep_sources)
            except SyntaxError:
                files[name] = content  # a template, or a test of bad syntax
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = method
            entry.external_attr = 0o644 << 16
            new.writestr(entry, files[name])
    with open(path, "wb") as file:
        file.write(out.getvalue())
`;

const python = await loadPyodide();
python.runPython(COMPILE);
const rewrite = python.globals.get("rewrite");
for (const { source, target, keepSources } of JSON.parse(readFileSync(0, "utf-8"))) {
	python.FS.writeFile("/archive.zip", readFileSync(source));
	rewrite("/archive.zip", keepSources);
	writeFileSync(target, python.FS.readFile("/archive.zip"));
}
