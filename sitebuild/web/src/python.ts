// Start Pyodide from our own folder and load what a snippet imports.
// Shared by the worker in the page and by the parity tests under Node.
import type { loadPyodide, PyodideAPI } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";
import imports from "../../page_imports.py";
import program from "../../page_program.py";
import runner from "../../page_runner.py";
import streams from "../../page_streams.py";
import { Descriptors } from "./descriptors.ts";
import type { Emit } from "./protocol.ts";
import { tellTimersApart } from "./timers.ts";

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

/** Run one of our own files as a module that the others can import. */
function moduleOf(py: PyodideAPI, name: string, source: string): PyProxy {
	const module: PyProxy = py.pyimport("types").ModuleType(`sitebuild.${name}`);
	py.pyimport("sys").modules.set(module.__name__, module);
	py.runPython(source, { globals: module.__dict__, filename: `${name}.py` });
	return module;
}

/** What is printed where no run is there to show it: not the reader's, yet not lost. */
const stray = (text: string): void =>
	console.info("Printed outside of its run:", text.trimEnd());

/** Return what calls a callback of an earlier run, so that it disturbs no later one. */
const apartIn = (session: PyProxy) => (act: () => void) => {
	session.apart = true;
	try {
		act();
	} catch (error) {
		stray(String(error)); // it must not end the run that is under way
	} finally {
		session.apart = false;
	}
};

/** Return a running interpreter. Rejects when a file cannot be had. */
export async function startPython(from: Sources, emit: Emit): Promise<Python> {
	const py = await from.loadPyodide({
		indexURL: from.indexURL,
		// Without it a missing wheel would be asked of another host.
		packageBaseUrl: from.wheelsURL,
		lockFileContents: from.lock,
		stdLibURL: from.stdLibURL,
		stdin: () => null,
	});
	const neededBy: PyCallable = moduleOf(py, "page_imports", imports).needed;
	moduleOf(py, "page_streams", streams);
	moduleOf(py, "page_program", program);
	const running = moduleOf(py, "page_runner", runner);
	const canWait = "Suspending" in WebAssembly;
	running.refuse_what_pages_lack.callKwargs({ can_wait: canWait });
	const session: PyProxy = running.Session.callKwargs(emit, { stray });
	const needs = py.toPy(JSON.parse(from.needs));
	const descriptors = new Descriptors(emit, stray);
	py.setStdout({ write: descriptors.writing("out") });
	py.setStderr({ write: descriptors.writing("err") });
	let turn = 0; // grows when a run begins and when it ends
	tellTimersApart(() => turn, apartIn(session));
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
			turn += 1;
			descriptors.begin();
			try {
				// With stack switching, so that asyncio.run can wait inside the snippet.
				return await (canWait
					? session.run.callPromisingKwargs(code, filename, options)
					: session.run.callKwargs(code, filename, options));
			} finally {
				turn += 1;
				descriptors.end();
			}
		},
		droppedChars: () => session.dropped_chars + descriptors.droppedChars,
	};
}
