// What is kept of exercises, in a storage that does what a test lets it do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PREFIX, Progress, Shelf, type Store } from "../src/progress.ts";

/** A browser's storage, without a browser. */
class Kept implements Store {
	map = new Map<string, string>();
	get length(): number {
		return this.map.size;
	}
	key(place: number): string | null {
		return [...this.map.keys()][place] ?? null;
	}
	getItem(key: string): string | null {
		return this.map.get(key) ?? null;
	}
	setItem(key: string, text: string): void {
		this.map.set(key, text);
	}
	removeItem(key: string): void {
		this.map.delete(key);
	}
}

const KEY = "sdnotes.exercise.caching.lru";

function begun(of = "v1", store: Store = new Kept()) {
	const shelf = new Shelf(() => store);
	return { store, shelf, progress: new Progress(shelf, "caching.lru", of) };
}

test("an exercise is open, then solved, and its key has the author's names", () => {
	const { store, progress } = begun();
	assert.equal(progress.state, "open");
	assert.equal(store.length, 0);
	progress.pass();
	assert.equal(progress.state, "solved");
	assert.equal(store.getItem(KEY), '{"of":"v1","passed":true,"code":""}');
});

test("what was written stays, whether it is solved or not", () => {
	const { progress } = begun();
	progress.keep("mine");
	assert.equal(progress.kept(), "mine");
	assert.equal(progress.state, "open");
	progress.pass();
	assert.equal(progress.kept(), "mine");
	progress.keep("mine, and worse");
	assert.equal(progress.kept(), "mine, and worse");
	assert.equal(progress.state, "solved");
});

test("an exercise that has changed keeps what was written, and says that it changed", () => {
	const before = begun("v1");
	before.progress.keep("mine");
	before.progress.pass();
	const { progress } = begun("v2", before.store);
	assert.equal(progress.state, "changed");
	assert.equal(progress.kept(), "mine");
	progress.keep("mine, again");
	assert.equal(progress.state, "changed");
	progress.pass();
	assert.equal(progress.state, "solved");
});

test("one that was never solved has not changed since", () => {
	const before = begun("v1");
	before.progress.keep("mine");
	assert.equal(begun("v2", before.store).progress.state, "open");
});

test("what is as on the page is not kept, but that it is solved is", () => {
	const { store, progress } = begun();
	progress.keep("mine");
	progress.keep(null);
	assert.equal(store.length, 0);
	progress.pass();
	progress.keep("mine");
	progress.keep(null);
	assert.equal(progress.kept(), null);
	assert.equal(progress.state, "solved");
});

test("to forget takes all exercises, and nothing of anybody else's", () => {
	const { store, shelf, progress } = begun();
	store.setItem("theirs", "stays");
	progress.pass();
	new Progress(shelf, "cap.quorum", "v1").keep("mine");
	assert(!shelf.isEmpty);
	shelf.forget();
	assert.equal(progress.state, "open");
	assert(shelf.isEmpty);
	assert.deepEqual([store.length, store.getItem("theirs")], [1, "stays"]);
});

for (const found of ["", "null", "5", "[]", '{"of":1}', '{"passed":true}', "{"]) {
	test(`what is no progress (${found}) counts as none, and is replaced`, () => {
		const { store, progress } = begun();
		store.setItem(PREFIX + "caching.lru", found);
		assert.equal(progress.state, "open");
		assert.equal(progress.kept(), null);
		progress.pass();
		assert.equal(progress.state, "solved");
	});
}

test("in a browser that refuses to keep anything, it lasts as long as the page", () => {
	const shelf = new Shelf(() => {
		throw new DOMException("no", "SecurityError");
	});
	const progress = new Progress(shelf, "caching.refused", "v1");
	assert.equal(progress.state, "open");
	assert(shelf.isRefused);
	progress.keep("mine");
	progress.pass();
	assert.equal(progress.state, "solved");
	assert.equal(progress.kept(), "mine");
	assert(!shelf.isEmpty);
	shelf.forget();
	assert.equal(progress.state, "open");
	assert(shelf.isEmpty);
});

test("a storage that is full is told, until it has room again", () => {
	const store = new Kept();
	let isFull = true;
	const narrow: Store = Object.assign(Object.create(store), {
		setItem(key: string, text: string): void {
			if (isFull) {
				throw new DOMException("full", "QuotaExceededError");
			}
			store.setItem(key, text);
		},
	});
	const { shelf, progress } = begun("v1", narrow);
	progress.keep("mine");
	assert(shelf.isRefused);
	assert.equal(progress.kept(), "mine");
	isFull = false;
	progress.keep("mine, and more");
	assert(!shelf.isRefused);
	assert.equal(progress.kept(), "mine, and more");
	progress.keep(null);
	assert.equal(progress.kept(), null);
});
