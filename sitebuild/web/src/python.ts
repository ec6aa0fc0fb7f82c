// Start Pyodide from our own folder and load what a snippet imports.
// Shared by the worker in the page and by the parity tests under Node.
import type { loadPyodide, PyodideAPI } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";
import imports from "../../page_imports.py";
import runner from "../../page_runner.py";
import type { Stream } from "./protocol.ts";

export interface Sources {
	loadPyodide: typeof loadPyodide;
	indexURL: string;
	wheelsURL: string;
	stdLibURL: string;
	lock: string;
	needs: string;
}

export interface Python {
	/** Fetch the packages that the code imports and that are not here yet. */
	prepare(code: string): Promise<void>;
	/** Run the code; true when it came to its end without an error. */
	run(code: string, filename: string, published: boolean): Promise<boolean>;
	/** How many characters of the last run went over the limit. */
	droppedChars(): number;
}

async function load(py: PyodideAPI, names: string[]): Promise<void> {
	const said: string[] = [];
	const quiet = {
		messageCallback() {},
		errorCallback: (line: string) => said.push(line),
	};
	await py.loadPackage(names, quiet);
	const missing = names.filter((name) => !(name in py.loadedPackages));
	if (missing.length > 0) {
		throw new Error(said.join("; ") || `cannot fetch ${missing.join(", ")}`);
	}
}

/** Return a running interpreter. Rejects when a file cannot be had. */
export async function startPython(
	from: Sources,
	emit: (stream: Stream, text: string) => void,
): Promise<Python> {
	const py = await from.loadPyodide({
		indexURL: from.indexURL,
		// Without it a missing wheel would be asked of another host.
		packageBaseUrl: from.wheelsURL,
		lockFileContents: from.lock,
		stdLibURL: from.stdLibURL,
		stdin: () => null,
	});
	const module = (source: string, name: string): PyProxy => {
		const globals = py.toPy({ __name__: name });
		py.runPython(source, { globals, filename: `${name}.py` });
		return globals;
	};
	const running = module(runner, "page_runner");
	const take = (name: string): PyCallable => running.get(name);
	const neededBy: PyCallable = module(imports, "page_imports").get("needed");
	const canWait = "Suspending" in WebAssembly;
	take("refuse_what_pages_lack").callKwargs({ can_wait: canWait });
	const session: PyProxy = take("Session")(emit);
	const needs = py.toPy(JSON.parse(from.needs));
	return {
		async prepare(code) {
			const names: PyProxy = neededBy(code, needs);
			const wanted: string[] = names.toJs();
			names.destroy();
			const missing = wanted.filter((name) => !(name in py.loadedPackages));
			if (missing.length > 0) {
				await load(py, missing);
			}
		},
		async run(code, filename, published) {
			const options = { published };
			// With stack switching, so that asyncio.run can wait inside the snippet.
			return canWait
				? session.run.callPromisingKwargs(code, filename, options)
				: session.run.callKwargs(code, filename, options);
		},
		droppedChars: () => session.dropped_chars,
	};
}
