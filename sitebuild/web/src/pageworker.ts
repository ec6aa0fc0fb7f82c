// The worker behind a page's interpreter, under the page's own policy.
import { Interpreter, type Servant } from "./interpreter.ts";
import { loadCleaner } from "./lazy.ts";

const base = new URL(".", import.meta.url);
let starts = 0;

function startWorker(): Servant {
	// A worker made from a blob inherits the page's security policy, one made from an
	// address does not. The number asks again for a file that could not be fetched.
	const source = `import ${JSON.stringify(new URL(`worker.js?${starts++}`, base).href)};`;
	const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
	const worker = new Worker(url, { type: "module" });
	const ready = loadCleaner();
	ready.catch(() => {}); // told when the worker has something to say
	const servant: Servant = {
		onmessage: null,
		onerror: null,
		postMessage: (request) => worker.postMessage(request),
		terminate() {
			worker.terminate();
			servant.onmessage = servant.onerror = null; // what still waits is too late
		},
	};
	worker.onerror = (event) => servant.onerror?.(event);
	// In their order, and none before what its picture needs.
	worker.onmessage = (event) =>
		void ready.then(
			() => servant.onmessage?.(event),
			() => servant.onerror?.(new ErrorEvent("error", { cancelable: true })),
		);
	return servant;
}

/** The page's one interpreter; it outlives the moves to other pages. */
export const interpreter = new Interpreter(startWorker);
