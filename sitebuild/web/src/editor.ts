// The editor, fetched when a reader first asks for it: CodeMirror in the page's colours.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import {
	defaultKeymap,
	history,
	historyKeymap,
	indentWithTab,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
	bracketMatching,
	HighlightStyle,
	indentOnInput,
	indentUnit,
	syntaxHighlighting,
} from "@codemirror/language";
import { EditorState, type Extension, Prec } from "@codemirror/state";
import {
	drawSelection,
	EditorView,
	highlightSpecialChars,
	keymap,
	lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface Editor {
	element: HTMLElement;
	code(): string;
	/** Put other text into a place of the code. */
	replace(from: number, to: number, text: string): void;
	focus(): void;
	destroy(): void;
}

const colour = (name: string) => ({ color: `var(--md-code-hl-${name}-color)` });

// The same colours as those of the code that was printed.
const style = HighlightStyle.define([
	{
		tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null],
		...colour("keyword"),
	},
	{ tag: [tags.string, tags.special(tags.string)], ...colour("string") },
	{ tag: tags.number, ...colour("number") },
	{ tag: tags.comment, ...colour("comment") },
	{ tag: tags.function(tags.definition(tags.variableName)), ...colour("function") },
	{ tag: tags.definition(tags.className), ...colour("function") },
	{ tag: [tags.operator, tags.punctuation], ...colour("operator") },
]);

const look = EditorView.theme({
	"&": { backgroundColor: "var(--md-code-bg-color)", color: "var(--md-code-fg-color)" },
	"&.cm-focused": { outline: "none" },
	// Above the line numbers too, which would hide a part of an outline.
	"&.cm-focused::after": {
		content: '""',
		position: "absolute",
		inset: "0",
		border: "2px solid var(--md-accent-fg-color)",
		pointerEvents: "none",
		zIndex: "300",
	},
	".cm-scroller": {
		fontFamily: "var(--sd-mono)",
		lineHeight: "var(--sd-line)",
		scrollbarWidth: "thin",
	},
	".cm-content": { caretColor: "var(--md-code-fg-color)", padding: ".77em 0" },
	// Chromium gives a line whose text was all replaced the colour of its first word.
	".cm-line": { color: "inherit !important" },
	".cm-cursor": { borderLeftColor: "var(--md-code-fg-color)" },
	".cm-gutters": {
		backgroundColor: "var(--md-code-bg-color)",
		border: "0",
		paddingLeft: "2px",
		color: "var(--md-default-fg-color--light)",
	},
	"&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
		{ backgroundColor: "var(--sd-selection)" },
	"&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--sd-hair)" },
});

export interface Options {
	code: string;
	/** What a screen reader calls it. */
	label: string;
	/** Whether long lines are folded, so that nothing stands out of sight. */
	wrap: boolean;
	changed(): void;
	/** Called on Ctrl-Enter or Cmd-Enter. */
	run(): void;
}

/** What every editor can do. */
const abilities: Extension = [
	lineNumbers(),
	// Marks what would be invisible, or would turn the order of what follows.
	highlightSpecialChars(),
	history(),
	drawSelection(),
	indentOnInput(),
	indentUnit.of("    "),
	EditorState.tabSize.of(4),
	bracketMatching(),
	closeBrackets(),
	python(),
	syntaxHighlighting(style),
	look,
	keymap.of([...closeBracketsKeymap, ...historyKeymap, indentWithTab, ...defaultKeymap]),
];

/** Return an editor that holds the code. */
export function openEditor({ code, label, wrap, changed, run }: Options): Editor {
	const runs = () => {
		run();
		return true; // nothing else is done with the key
	};
	const view = new EditorView({
		doc: code,
		extensions: [
			abilities,
			wrap ? EditorView.lineWrapping : [],
			EditorView.contentAttributes.of({
				"aria-label": label,
				tabindex: "0",
				"aria-description": "Tab indents; to leave, press Escape, then Tab.",
			}),
			EditorView.updateListener.of((update) => {
				if (update.docChanged) {
					changed();
				}
			}),
			Prec.highest(keymap.of([{ key: "Mod-Enter", run: runs }])),
		],
	});
	return {
		element: view.dom,
		code: () => view.state.doc.toString(),
		replace: (from, to, insert) => view.dispatch({ changes: { from, to, insert } }),
		focus: () => view.focus(),
		destroy: () => view.destroy(),
	};
}
