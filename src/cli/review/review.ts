/**
 * A review: which thing is asked about, what each answer does, what was decided. It knows nothing of a terminal.
 *
 * The keys are those of `git add --patch`. Its questions are those of one file; here they are all in one list, so that one can
 * go back to a file, and `A` takes everything that is left.
 *
 * @module
 */

import type { Hunk, ReviewItem } from "../../control/service/merge.ts";
import { type Choices, choicesOf } from "./choices.ts";
import { editedHunk, type EditProblem } from "./edited_hunk.ts";
import { madeHunk, type Question, questionsOf } from "./question.ts";
import { splitHunk } from "./split_hunk.ts";

/** What follows an answer. */
export type Reply =
  /** The current thing is to be shown, after something is said. */
  | { readonly show: true; readonly say?: string }
  /** Something is to be said, and the question asked again. */
  | { readonly say: string }
  /** The key needs some words; they are asked for with a list of all there is before it. */
  | { readonly ask: string; readonly key: "g" | "/"; readonly list: boolean }
  /** Somebody else has to help: an editor, a pager, a list of the keys. */
  | { readonly open: "editor" | "pager" | "help" };

export class Review {
  readonly items: readonly ReviewItem[];
  readonly #questions: Question[];
  #at = 0;
  #isOver = false;

  constructor(items: readonly ReviewItem[]) {
    this.items = items;
    this.#questions = questionsOf(items);
    this.#isOver = this.#questions.length === 0;
  }

  /** Everything is decided, or nothing more is to be. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get questions(): readonly Question[] {
    return this.#questions;
  }

  get current(): Question {
    return this.#questions[this.#at]!;
  }

  /** Place of {@linkcode current}, from 1. */
  get number(): number {
    return this.#at + 1;
  }

  /** What was decided. */
  get choices(): Choices {
    return choicesOf(this.items, this.#questions);
  }

  /** The keys that mean something now, in the order in which they are offered. */
  get keys(): string[] {
    const { what, hunks } = this.current;
    const isUndecided = ({ taken }: Question) => taken === null;
    const before = this.#questions.slice(0, this.#at);
    const after = this.#questions.slice(this.#at + 1);
    const isOne = this.#questions.length === 1;
    return [
      ..."ynqad",
      ...isOne ? [] : ["A"],
      ...before.some(isUndecided) ? ["k"] : [],
      ...before.length > 0 ? ["K"] : [],
      ...after.some(isUndecided) ? ["j"] : [],
      ...after.length > 0 ? ["J"] : [],
      ...isOne ? [] : ["g", "/"],
      ...what === "hunk" && splitHunk(hunks[0]!).length > 1 ? ["s"] : [],
      ...what === "hunk" ? ["e"] : [],
      "p",
      "?",
    ];
  }

  /** A line that somebody has typed. */
  answer(line: string): Reply {
    const [key = "", words] = [line.trim()[0], line.trim().slice(1).trim()];
    if (key === "") return { show: true };
    if (!this.keys.includes(key)) return { say: NOT_NOW[key] ?? "Type ? for the keys" };
    switch (key) {
      case "y":
      case "n":
        return this.#decide([this.current], key === "y");
      case "a":
      case "d":
        return this.#decide(this.#sameItem(), key === "a");
      case "A":
        return this.#decide(this.#questions.filter(({ taken }) => taken === null), true);
      case "q":
        this.#isOver = true;
        return { show: true };
      case "j":
      case "J":
        return this.#go(this.#find(this.#at + 1, 1, key === "j"));
      case "k":
      case "K":
        return this.#go(this.#find(this.#at - 1, -1, key === "k"));
      case "g":
        return words === "" ? { ask: "Go to which one", key, list: true } : this.#goTo(words);
      case "/":
        return words === "" ? { ask: "Search for what", key, list: false } : this.#search(words);
      case "s":
        return this.#split();
      case "e":
        return { open: "editor" };
      case "p":
        return { open: "pager" };
      default:
        return { open: "help" };
    }
  }

  /** What became of the current hunk in an editor: a hunk that is taken, unless nothing is left of it. */
  edited(file: string): Reply | EditProblem {
    const hunk = editedHunk(this.current.hunks[0]!, file);
    if (typeof hunk === "string") return hunk;
    if (hunk === null) return { say: "The hunk stays as it was" };
    const isChange = hunk.lines.some((line) => line[0] !== " ");
    this.#replace([madeHunk(this.current, hunk, null)]);
    return this.#decide([this.current], isChange);
  }

  #decide(questions: readonly Question[], taken: boolean): Reply {
    for (const question of questions) question.taken = taken;
    const next = this.#find(this.#at + 1, 1, true) ?? this.#find(0, 1, true);
    if (next === null) this.#isOver = true;
    else this.#at = next;
    return { show: true };
  }

  /** The current one and those of its item after it. */
  #sameItem(): Question[] {
    const { item } = this.current;
    return this.#questions.filter((question, i) => i >= this.#at && question.item === item);
  }

  #find(start: number, step: 1 | -1, isUndecided: boolean): number | null {
    for (let i = start; i >= 0 && i < this.#questions.length; i += step) {
      if (!isUndecided || this.#questions[i]!.taken === null) return i;
    }
    return null;
  }

  #go(place: number | null): Reply {
    if (place !== null) this.#at = place;
    return { show: true };
  }

  #goTo(words: string): Reply {
    const number = Number(words);
    const count = this.#questions.length;
    if (Number.isInteger(number) && number >= 1 && number <= count) return this.#go(number - 1);
    return { say: `There is no ${words}; they are 1 to ${count}` };
  }

  #search(words: string): Reply {
    let pattern: RegExp;
    try {
      pattern = new RegExp(words);
    } catch {
      return { say: `${words} is no regular expression` };
    }
    const count = this.#questions.length;
    for (let i = 1; i <= count; i++) {
      const place = (this.#at + i) % count;
      if (this.#isMatch(this.#questions[place]!, pattern)) return this.#go(place);
    }
    return { say: `Nothing matches ${words}` };
  }

  #isMatch({ item, hunks }: Question, pattern: RegExp): boolean {
    if (pattern.test(this.items[item]!.change.path)) return true;
    return hunks.some(({ lines }) => lines.some((line) => pattern.test(textOf(line))));
  }

  #split(): Reply {
    const pieces = splitHunk(this.current.hunks[0]!);
    this.#replace(pieces.map((piece) => madeHunk(this.current, piece, null)));
    return { show: true, say: `Split into ${pieces.length} hunks` };
  }

  #replace(questions: readonly Question[]): void {
    this.#questions.splice(this.#at, 1, ...questions);
  }
}

/** Why a key is not offered. */
const NOT_NOW: Readonly<Record<string, string>> = {
  A: "Nothing else is left",
  k: "Nothing before this is undecided",
  K: "There is nothing before this",
  j: "Nothing after this is undecided",
  J: "There is nothing after this",
  g: "There is nothing else to go to",
  "/": "There is nothing else to search in",
  s: "This cannot be split",
  e: "Only hunks of changed text files can be edited",
};

/** The first line of a hunk that differs, a binary string. */
export function firstChange({ lines }: Hunk): string {
  return (lines.find((line) => line[0] !== " ") ?? "").replace(/\r?\n$/, "");
}

function textOf(line: string): string {
  return new TextDecoder().decode(Uint8Array.from(line, (c) => c.charCodeAt(0)));
}
