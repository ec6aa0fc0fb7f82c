// What is written to file descriptors 1 and 2, past Python's own streams.
import type { Emit } from "./protocol.ts";

const LIMIT_CHARS = 64 * 1024;

/**
 * Takes what is written during a run to the page. Python cannot be asked to keep it in
 * order with what was printed, nor to its limit: it may not hold its lock here.
 */
export class Descriptors {
	#emit: Emit;
	#stray: (text: string) => void;
	#running = false;
	#chars = 0;

	constructor(emit: Emit, stray: (text: string) => void) {
		this.#emit = emit;
		this.#stray = stray;
	}

	begin(): void {
		this.#running = true;
		this.#chars = 0;
	}

	end(): void {
		this.#running = false;
	}

	get droppedChars(): number {
		return Math.max(this.#chars - LIMIT_CHARS, 0);
	}

	/** Return what Pyodide calls with the bytes of one descriptor. */
	writing(kind: "out" | "err"): (bytes: Uint8Array) => number {
		const decoder = new TextDecoder();
		return (bytes) => {
			const text = decoder.decode(bytes, { stream: true });
			const shown = text.slice(0, Math.max(LIMIT_CHARS - this.#chars, 0));
			if (!this.#running) {
				this.#stray(text);
				return bytes.length;
			}
			this.#chars += text.length;
			if (shown !== "") {
				this.#emit(kind, shown);
			}
			return bytes.length;
		};
	}
}
