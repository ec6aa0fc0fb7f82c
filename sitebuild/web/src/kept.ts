// What a reader wrote outlives the page for as long as the tab does: another page, a
// reload and Reset take it off the screen, and not away.

const keyOf = (name: string): string => `sd-code:${location.pathname}#${name}`;

/** Keep a snippet's code, or with null forget it. */
export function keep(name: string, code: string | null): void {
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

/** Return what was kept of a snippet on this page, or null. */
export function kept(name: string): string | null {
	try {
		return sessionStorage.getItem(keyOf(name));
	} catch {
		return null;
	}
}
