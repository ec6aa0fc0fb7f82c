// The editor, fetched when it is first asked for.

export const NO_EDITOR = "The editor could not be fetched. Press Edit to try again.";

let attempts = 0;
let editorModule: Promise<typeof import("./editor.ts")> | null = null;

/** Fetch the editor; a failed download is asked for anew by the next call. */
export function loadEditor(): Promise<typeof import("./editor.ts")> {
	const url = new URL(`editor.js?${attempts++}`, import.meta.url).href;
	editorModule ??= import(url).catch((error) => {
		editorModule = null;
		throw error;
	});
	return editorModule;
}
