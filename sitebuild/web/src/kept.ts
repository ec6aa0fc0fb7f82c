// What a reader wrote outlives the page for as long as the tab does: another page, a
// reload and Reset take it off the screen, and not away.

/** Where a reader's own version of one piece of code is kept. */
export interface Draft {
	/** Keep it, or with null forget it. */
	keep(code: string | null): void;
	kept(): string | null;
}

/** Return where a snippet's own version is kept. */
export const draftOf = (name: string): Draft => ({
	keep: (code) => keep(name, code),
	kept: () => kept(name),
});

const keyOf = (name: string): string => `sd-code:${location.pathname}#${name}`;

function keep(name: string, code: string | null): void {
	try {
		if (code === null) {
			sessionStorage.removeItem(keyOf(name));
		} else {
			sessionStorage.setItem(keyOf(name), code);
		}
	} catch {
		// A browser that keeps nothing, or has no room: as before, the page alone has it.
	}
}

function kept(name: string): string | null {
	try {
		return sessionStorage.getItem(keyOf(name));
	} catch {
		return null;
	}
}
