// The worker that owns the interpreter: one request in, its output as it comes out.
// The page ends it to stop a snippet; nothing else can.
import type { loadPyodide } from "pyodide";
import type { Answer, Request, Stream } from "./protocol.ts";
import { type Python, startPython, TooDeepError } from "./python.ts";

const base = new URL(".", import.meta.url);
let current = 0;

const say = (answer: Answer): void => self.postMessage(answer);

async function fetched(name: string): Promise<Response> {
	const response = await fetch(new URL(name, base));
	if (!response.ok) {
		throw new Error(`${name}: ${response.status} ${response.statusText}`);
	}
	return response;
}

// The library travels compressed as a whole, whatever its host compresses, and is
// unpacked by the browser, so that an import has nothing left to inflate.
async function library(): Promise<string> {
	const { body } = await fetched("pyodide/library.bin");
	if (body === null) {
		throw new Error("pyodide/library.bin: empty");
	}
	const unpacked = new Response(body.pipeThrough(new DecompressionStream("gzip")));
	return URL.createObjectURL(await unpacked.blob());
}

/**
 * Reject when the machine code cannot be fetched or started: Pyodide would only log it,
 * and never answer. Hosts that do not know the type of wasm are put up with.
 */
function machineFails(): Promise<never> {
	const streaming = WebAssembly.instantiateStreaming;
	return new Promise((_, reject) => {
		WebAssembly.instantiateStreaming = async (source, imports) => {
			try {
				const response = await source;
				if (!response.ok) {
					throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
				}
				const made =
					response.headers.get("Content-Type") === "application/wasm"
						? await streaming(response, imports)
						: await WebAssembly.instantiate(await response.arrayBuffer(), imports);
				say({ kind: "fetched", run: 0 }); // it is the largest, and the last to come
				return made;
			} catch (error) {
				reject(error);
				throw error;
			}
		};
	});
}

async function start(): Promise<Python> {
	// Started by its own address, as a snippet could do, a worker has no policy.
	if (self.location.protocol !== "blob:") {
		throw new Error("this worker runs only under the policy of a page");
	}
	const indexURL = new URL("pyodide/", base).href;
	const text = async (name: string): Promise<string> => (await fetched(name)).text();
	// All at once: what waits for what is decided by the interpreter's start.
	const [pyodide, stdLibURL, lock, needs] = await Promise.all([
		import(new URL("pyodide.mjs", indexURL).href),
		library(),
		text("wheels/pyodide-lock.json"),
		text("wheels/needs.json"),
	]);
	const load: typeof loadPyodide = pyodide.loadPyodide;
	const wheelsURL = new URL("wheels/", base).href;
	const sources = { loadPyodide: load, indexURL, wheelsURL, stdLibURL, lock, needs };
	const emit = (stream: Stream, text: string) =>
		say({ kind: "printed", run: current, stream, text });
	const failing = machineFails();
	return Promise.race([failing, startPython(sources, emit)]);
}

const starting = start();
// A page that has asked for nothing yet hears of the failure when it asks.
starting.catch(() => {});

async function serve(request: Request): Promise<void> {
	const { run, code, filename, origin, instead, check } = request;
	try {
		say({ kind: "taken", run });
		const python = await starting;
		await python.prepare(code);
		await python.prepare(check ?? "");
		current = run;
		say({ kind: "started", run });
		if (check !== undefined) {
			const graded = await python.grade(code, filename, check);
			say({ kind: "graded", run, ...graded });
			return;
		}
		const began = performance.now();
		const ok = await python.run(code, filename, origin, instead);
		const ms = performance.now() - began;
		say({ kind: "ended", run, ok, ms, droppedChars: python.droppedChars() });
	} catch (error) {
		const byCode = error instanceof TooDeepError;
		say({ kind: "failed", run, byCode, message: String(error) });
	}
}

self.onmessage = (event: MessageEvent<Request>) => void serve(event.data);
