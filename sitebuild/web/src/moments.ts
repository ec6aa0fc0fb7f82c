// The arithmetic of playing a space-time diagram; nothing here knows of a page.
//
//   state = a simulated time, and how many events are shown: events of one time come
//           one by one
//
//   0 ms  --o------   y = 54     between two events, time and height grow evenly
//   10 ms --------o   y = 80

export interface Moment {
	readonly atUs: number;
	readonly y: number;
	readonly says: string;
}
/** Whole: nothing is being played, the picture stands as it was drawn. */
export interface State {
	readonly count: number;
	readonly nowUs: number;
	readonly whole: boolean;
}
/** Where a playing diagram is: it rests at each event, so that it can be read. */
export interface Head {
	readonly count: number;
	readonly y: number;
	readonly restMs: number;
}
export interface Pace {
	readonly pxPerMs: number;
	readonly restMs: number;
}

/** Return how many events have happened at a time. */
export function countAt(events: readonly Moment[], nowUs: number): number {
	return events.filter((event) => event.atUs <= nowUs).length;
}

type Axis = (event: Moment) => number;

/** Return where a value of one axis lies on the other: straight between two events. */
function across(events: readonly Moment[], value: number, from: Axis, to: Axis): number {
	const place = events.findIndex((event) => from(event) >= value);
	const right = events.at(place); // after all events: the last
	const left = place > 0 ? events[place - 1] : right;
	if (!left || !right) return 0;
	const length = from(right) - from(left);
	const share = length > 0 ? (value - from(left)) / length : 0;
	return to(left) + share * (to(right) - to(left));
}

/** Return how far down a time is drawn. */
export function yAt(events: readonly Moment[], nowUs: number): number {
	return across(
		events,
		nowUs,
		(event) => event.atUs,
		(event) => event.y,
	);
}

/** Return the time that is drawn at a height. */
export function timeAt(events: readonly Moment[], y: number): number {
	return across(
		events,
		y,
		(event) => event.y,
		(event) => event.atUs,
	);
}

/** Return the state in which so many events, no fewer than none, have just happened. */
export function after(events: readonly Moment[], wanted: number): State {
	const count = Math.min(Math.max(wanted, 0), events.length);
	return {
		count,
		nowUs: events[Math.max(count - 1, 0)]?.atUs ?? 0,
		whole: false,
	};
}

/** Return the state of a picture that is not being played. */
export function wholeOf(events: readonly Moment[]): State {
	return { ...after(events, events.length), whole: true };
}

/** Return the state at a time, which a shorter picture may end before. */
export function placed(events: readonly Moment[], wantedUs: number): State {
	const first = events[0]?.atUs ?? 0;
	const nowUs = Math.min(Math.max(wantedUs, first), events.at(-1)?.atUs ?? 0);
	return { count: countAt(events, nowUs), nowUs, whole: false };
}

/** Return the next or the previous state; what stands whole is begun anew. */
export function stepped(events: readonly Moment[], state: State, by: 1 | -1): State {
	return after(events, (state.whole && by > 0 ? 0 : state.count) + by);
}

/** Return a pace that takes most diagrams from start to end in 6 to 20 seconds. */
export function paceOf(events: readonly Moment[]): Pace {
	const totalMs = Math.min(Math.max(800 * events.length, 6000), 20_000);
	const height = (events.at(-1)?.y ?? 0) - (events[0]?.y ?? 0);
	const restMs = Math.min((0.6 * totalMs) / events.length, 1500);
	return { pxPerMs: height / (0.4 * totalMs) || 1, restMs };
}

/** Return where playing has got to some milliseconds later. */
export function later(
	events: readonly Moment[],
	head: Head,
	ms: number,
	pace: Pace,
): Head {
	let { count, y, restMs } = head;
	let left = ms;
	for (let next = events[count]; next && left > 0; next = events[count]) {
		const rested = Math.min(left, restMs);
		restMs -= rested;
		left -= rested;
		const travelMs = (next.y - y) / pace.pxPerMs;
		if (restMs > 0 || travelMs > left)
			return { count, y: y + left * pace.pxPerMs, restMs };
		left -= travelMs;
		y = next.y;
		count += 1;
		restMs = pace.restMs;
	}
	return { count, y, restMs };
}

/** Return the state some milliseconds of playing later, and the rest that is left. */
export function played(
	events: readonly Moment[],
	state: State,
	restMs: number,
	elapsedMs: number,
): { state: State; restMs: number } {
	const from = { count: state.count, y: yAt(events, state.nowUs), restMs };
	const to = later(events, from, elapsedMs, paceOf(events));
	const nowUs = timeAt(events, to.y);
	return {
		state: { count: to.count, nowUs, whole: false },
		restMs: to.restMs,
	};
}

/** Return microseconds as milliseconds, to a tenth that has been reached. */
export function ms(us: number): string {
	return `${(Math.floor(us / 100) / 10).toFixed(1).replace(/\.0$/, "")} ms`;
}

/** Return an event as a sentence: the signs for a message are hard to hear. */
export function eventInWords(says: string): string {
	return says
		.replace(/^(\S+) -> (\S+): /, "$1 sends to $2: ")
		.replace(/^(\S+) <- (\S+): /, "$1 gets from $2: ")
		.replace(/^(\S+) -x (\S+): /, "Lost on the way from $1 to $2: ");
}

const count = (n: number) => (n === 1 ? "1 event" : `${n} events`);

/** Return what is read below the picture: the last event, or what there is to play. */
export function wordsFor(events: readonly Moment[], state: State): string {
	const total = events.length;
	const first = events[0]?.atUs ?? 0;
	if (state.whole) {
		const spanUs = (events.at(-1)?.atUs ?? 0) - first;
		const when = spanUs > 0 ? `in ${ms(spanUs)}` : `at ${ms(first)}`;
		return `${count(total)} ${when}. Play them one by one.`;
	}
	const last = events[state.count - 1];
	const says = last?.says ?? "nothing has happened yet";
	return `${ms(last?.atUs ?? first)} · ${says} · ${state.count} of ${total}`;
}

/** Return what a slider says of itself: "20 ms: ATM1 asks ATM2, 3 of 17". */
export function valueFor(events: readonly Moment[], state: State): string {
	const total = events.length;
	if (state.whole) return `whole picture, ${count(total)}`;
	const says = events[state.count - 1]?.says ?? "nothing has happened yet";
	return `${ms(state.nowUs)}: ${says}, ${state.count} of ${total}`;
}
