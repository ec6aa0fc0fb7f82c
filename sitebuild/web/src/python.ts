// Start Pyodide from our own folder and load what a snippet imports.
// Shared by the worker in the page and by the parity tests under Node.
import type { loadPyodide, PyodideAPI } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";
import grader from "../../page_grader.py";
import imports from "../../page_imports.py";
import loop from "../../page_loop.py";
import program from "../../page_program.py";
import replacing from "../../page_replace.py";
import runner from "../../page_runner.py";
import streams from "../../page_streams.py";
import { Descriptors } from "./descriptors.ts";
import type { Emit, Graded, Instead, Origin } from "./protocol.ts";
import { tellTimersApart } from "./timers.ts";

export interface Sources {
	loadPyodide: typeof loadPyodide;
	indexURL: string;
	wheelsURL: string;
	stdLibURL: string;
	lock: string;
	needs: string;
}

/** A browser's stack is smaller than Python's own limit of nested calls takes it for. */
export class TooDeepError extends Error {
	override name = "TooDeepError";
	override toString = (): string => this.message;
}

// What a browser says when its stack is full, in three words for three browsers.
const STACK_IS_FULL = /call stack|too much recursion/i;

export interface Python {
	/** Fetch the packages that the code imports and that are not here yet. */
	prepare(code: string): Promise<void>;
	/**
	 * Run the code; true when it came to its end without an error. Rejects with
	 * TooDeepError, or with what else broke the interpreter, which is then of no use.
	 */
	run(
		code: string,
		filename: string,
		origin: Origin,
		instead?: Instead,
	): Promise<boolean>;
	/** Judge an answer by a check. Rejects as `run` does. */
	grade(code: string, filename: string, check: string): Promise<Graded>;
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

const plainTimeout = setTimeout; // a snippet, or timers.ts, may put another there

const later = (ms: number): Promise<void> =>
	new Promise((kept) => plainTimeout(kept, ms));

const canWait = "Suspending" in WebAssembly;

async function loaded(from: Sources): Promise<PyodideAPI> {
	const py = await from.loadPyodide({
		indexURL: from.indexURL,
		// Without it a missing wheel would be asked of another host.
		packageBaseUrl: from.wheelsURL,
		lockFileContents: from.lock,
		stdLibURL: from.stdLibURL,
		stdin: () => null,
	});
	if (!canWait) {
		// Safari's engine looks for a worker's end only where code calls JavaScript, which
		// Python then does every so often: a loop that is stopped would run on for ever.
		py.setInterruptBuffer(new Uint8Array(1));
	}
	return py;
}

/** Return the error in our words, where Python's own would not help. */
const explained = (error: unknown): unknown =>
	STACK_IS_FULL.test(String(error))
		? new TooDeepError(
				"it went too deep for a browser's Python, in calls or in nested data; " +
					"run it on your own machine",
			)
		: error;

/** Make an interpreter a page's, and return what runs its snippets. */
function sessionIn(py: PyodideAPI, emit: Emit): PyProxy {
	moduleOf(py, "page_streams", streams);
	moduleOf(py, "page_loop", loop);
	moduleOf(py, "page_program", program);
	moduleOf(py, "page_replace", replacing);
	moduleOf(py, "page_grader", grader);
	const running = moduleOf(py, "page_runner", runner);
	return running.start(emit, canWait ? later : undefined, stray);
}

/** What runs code in turn, with the descriptors that are its own meanwhile. */
class Turns {
	#descriptors: Descriptors;
	#turn = 0; // grows when a run begins and when it ends

	constructor(descriptors: Descriptors, session: PyProxy) {
		this.#descriptors = descriptors;
		tellTimersApart(() => this.#turn, apartIn(session));
	}

	/** Call Python with stack switching, so that asyncio.run can wait inside. */
	async call(act: PyCallable, given: string[], options: object = {}): Promise<unknown> {
		this.#turn += 1;
		this.#descriptors.begin();
		try {
			return await (canWait
				? act.callPromisingKwargs(...given, options)
				: act.callKwargs(...given, options));
		} catch (error) {
			throw explained(error);
		} finally {
			this.#turn += 1;
			this.#descriptors.end();
		}
	}
}

/** Return a running interpreter. Rejects when a file cannot be had. */
export async function startPython(from: Sources, emit: Emit): Promise<Python> {
	const py = await loaded(from);
	const neededBy: PyCallable = moduleOf(py, "page_imports", imports).needed;
	const session = sessionIn(py, emit);
	const needs = py.toPy(JSON.parse(from.needs));
	const descriptors = new Descriptors(emit, stray);
	py.setStdout({ write: descriptors.writing("out") });
	py.setStderr({ write: descriptors.writing("err") });
	const turns = new Turns(descriptors, session);
	const dropped = (): number => session.dropped_chars + descriptors.droppedChars;
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
		async run(code, filename, origin, instead) {
			const mine = instead && py.toPy([instead.object, instead.source]);
			try {
				const options = { published: origin !== "edited", instead: mine };
				return (await turns.call(session.run, [code, filename], options)) === true;
			} finally {
				mine?.destroy();
			}
		},
		async grade(code, filename, check) {
			const graded = await turns.call(session.grade, [code, filename, check]);
			const [verdict, message, line] = (graded as PyProxy).toJs();
			(graded as PyProxy).destroy();
			const droppedChars = dropped();
			return { verdict, message, droppedChars, ...(line !== undefined && { line }) };
		},
		droppedChars: dropped,
	};
}
