// What is fetched when it is first needed: the editor, and what makes pictures safe.

export const NO_EDITOR = "The editor could not be fetched. Press Edit to try again.";

let attempts = 0;

/** Return what fetches a module; a failed download is asked for anew by the next call. */
function loader<Module>(name: string): () => Promise<Module> {
	let coming: Promise<Module> | null = null;
	return () => {
		const url = new URL(`${name}.js?${attempts++}`, import.meta.url).href;
		coming ??= import(url).catch((error) => {
			coming = null;
			throw error;
		});
		return coming as Promise<Module>;
	};
}

export const loadEditor = loader<typeof import("./editor.ts")>("editor");

const loadModule = loader<typeof import("./cleaner.ts")>("cleaner");
let cleaner: typeof import("./cleaner.ts") | null = null;

/** Fetch what makes pictures safe; no run is heard of before it is there. */
export async function loadCleaner(): Promise<void> {
	cleaner ??= await loadModule();
}

/** Return a picture that a run printed without anything that could run or load. */
export function cleaned(svg: string): DocumentFragment {
	if (cleaner === null) {
		throw new Error("a picture has come before what makes it safe");
	}
	return cleaner.cleaned(svg);
}
