// The worker behind a page's interpreter, under the page's own policy.
import { Interpreter } from "./interpreter.ts";

const base = new URL(".", import.meta.url);
let starts = 0;

function startWorker(): Worker {
	// A worker made from a blob inherits the page's security policy, one made from an
	// address does not. The number asks again for a file that could not be fetched.
	const source = `import ${JSON.stringify(new URL(`worker.js?${starts++}`, base).href)};`;
	const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
	return new Worker(url, { type: "module" });
}

/** The page's one interpreter; it outlives the moves to other pages. */
export const interpreter = new Interpreter(startWorker);
