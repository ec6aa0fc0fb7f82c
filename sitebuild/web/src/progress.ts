// What a reader has solved and written, kept in this browser and nowhere else.
//
//   sdnotes.exercise.<chapter>.<exercise>  ->  {of, passed, code}
//
// The key is made of the author's names: an address may change. `of` tells which
// version of an exercise was solved. Nothing that is kept is ever run by itself.

export const PREFIX = "sdnotes.exercise.";

interface Kept {
	/** The version that was solved, or else the one that the code was written for. */
	of: string;
	passed: boolean;
	/** What the reader wrote last; empty for what the page shows anyway. */
	code: string;
}

export type State = "open" | "solved" | "changed";

/** What a browser's storage can do. Any of it may throw, and so may asking for it. */
export type Store = Pick<
	Storage,
	"getItem" | "setItem" | "removeItem" | "key" | "length"
>;

/** Where browsers refuse to keep anything: it lasts as long as the page. */
const memory = new Map<string, string>();

/** All exercises' progress in one storage. */
export class Shelf {
	#store: () => Store;
	#isRefused = false;

	constructor(store: () => Store) {
		this.#store = store;
	}

	/** Whether this browser would not keep what was to be kept last. */
	get isRefused(): boolean {
		return this.#isRefused;
	}

	read(key: string): string | null {
		try {
			return this.#store().getItem(key) ?? memory.get(key) ?? null;
		} catch {
			this.#isRefused = true;
			return memory.get(key) ?? null;
		}
	}

	write(key: string, text: string | null): void {
		memory.delete(key);
		try {
			if (text === null) {
				this.#store().removeItem(key);
			} else {
				this.#store().setItem(key, text);
			}
			this.#isRefused = false;
		} catch {
			this.#isRefused = true; // it keeps nothing, or has no room
			if (text !== null) {
				memory.set(key, text);
			}
		}
	}

	/** Whether nothing is kept of any exercise. */
	get isEmpty(): boolean {
		return this.#keys().length === 0 && memory.size === 0;
	}

	/** Forget what was solved and written in any exercise. */
	forget(): void {
		for (const key of this.#keys()) {
			this.write(key, null);
		}
		memory.clear();
	}

	#keys(): string[] {
		try {
			const store = this.#store();
			const all = Array.from({ length: store.length }, (_, place) => store.key(place));
			return all.filter((key) => key !== null).filter((key) => key.startsWith(PREFIX));
		} catch {
			return [];
		}
	}
}

function parsed(text: string | null): Kept | null {
	try {
		const { of, passed, code } = JSON.parse(text ?? "");
		const isSound = typeof of === "string" && typeof code === "string";
		return isSound ? { of, passed: passed === true, code } : null;
	} catch {
		return null; // nothing is there, or nothing of ours
	}
}

/** How far a reader is in one exercise. */
export class Progress {
	#shelf: Shelf;
	#key: string;
	#of: string;

	/** Take the exercise's name as `<chapter>.<exercise>`, and its version. */
	constructor(shelf: Shelf, name: string, of: string) {
		this.#shelf = shelf;
		this.#key = PREFIX + name;
		this.#of = of;
	}

	get #kept(): Kept | null {
		return parsed(this.#shelf.read(this.#key));
	}

	get state(): State {
		const kept = this.#kept;
		if (!kept?.passed) {
			return "open";
		}
		return kept.of === this.#of ? "solved" : "changed";
	}

	/** Keep what the reader writes; null for what the page shows anyway. */
	keep(code: string | null): void {
		const { of = this.#of, passed = false } = this.#kept ?? {};
		const next: Kept = { of: passed ? of : this.#of, passed, code: code ?? "" };
		const isNothing = code === null && !passed;
		this.#shelf.write(this.#key, isNothing ? null : JSON.stringify(next));
	}

	/** Return what the reader wrote last, or null. */
	kept(): string | null {
		return this.#kept?.code || null;
	}

	/** Note that this version is solved. */
	pass(): void {
		const next: Kept = { of: this.#of, passed: true, code: this.kept() ?? "" };
		this.#shelf.write(this.#key, JSON.stringify(next));
	}
}
