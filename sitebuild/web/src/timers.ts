// Timers that know the run which set them: one may go off in the middle of a later run.

type Timers = Pick<typeof globalThis, "setTimeout" | "setInterval">;

/**
 * From now on, let `apart` call what a timer of an earlier run calls. `runNow` tells
 * the present run. Callbacks of promises and of events are not told apart.
 */
export function tellTimersApart(
	runNow: () => number,
	apart: (act: () => void) => void,
	timers: Timers = globalThis,
): void {
	for (const name of ["setTimeout", "setInterval"] as const) {
		const plain = timers[name].bind(globalThis) as (...all: unknown[]) => never;
		const marked = (act: unknown, ms?: number, ...rest: unknown[]) => {
			if (typeof act !== "function") {
				return plain(act, ms); // JavaScript as text, which the page's policy refuses
			}
			const run = runNow();
			const now = () => void act(...rest);
			return plain(() => (runNow() === run ? now() : apart(now)), ms);
		};
		timers[name] = marked as never;
	}
}
