/**
 * The log as a tree: sessions of agents, their prompts, and under each the calls that came of it, in the order of time.
 *
 * @module
 */

import type { Details, LogEntry, LogReport, WorkNote } from "../../control/service/history.ts";
import { momentOf, workOf } from "./agent_work.ts";
import { counts, duration, hashNumber, joined, localTime, quoted, words } from "./format.ts";
import { moveWords } from "./log_move.ts";
import { safe, type Style, style } from "./output.ts";

interface Node {
  readonly time: number;
  readonly line: string;
  readonly look: readonly Style[];
  readonly children: Node[];
}

/** A node of a session, with those below it by name. */
interface Place {
  readonly node: Node;
  readonly places: Map<string, Place>;
}

/** Characters of a call's id that are shown at least. */
const SHORTEST_ID = 12;

/** Lines, the oldest first. `report.work` is what agents told of themselves. */
export function workTree(report: LogReport): string[] {
  return new WorkTree(report).lines();
}

class WorkTree {
  readonly #top: Place = { node: leaf(0, ""), places: new Map() };
  /** Every prompt, by when it began. */
  readonly #prompts: { place: Place; session: Place }[] = [];
  readonly #ids: readonly string[];

  constructor({ entries, moves = [], work = [] }: LogReport) {
    const told = [...entries, ...work].map(({ details }) => details?.call);
    this.#ids = [...new Set(told.filter((id) => id !== undefined))];
    const notes = new Map(work.map((note) => [note.details.call, note]));
    const entered = new Set(entries.map(({ details }) => details?.call ?? null));
    const recorded = new Set(entries.map(({ id }) => id));
    const happened: { time: number; order: number; add: () => void }[] = [];
    const take = (time: string, order: number, add: () => void) =>
      happened.push({ time: Date.parse(time), order, add });
    for (const note of work) {
      if (note.kind === "prompt") {
        take(note.time, 0, () => this.#promptOf(note.agent, note.details, note.time));
      } else if (note.commit === null && !entered.has(note.details.call ?? "")) {
        take(note.time, 1, () => this.#addCall(note.agent, note.details, note.time, null, note));
      }
    }
    for (const entry of entries) {
      const { details = {}, time } = entry;
      const note = details.call === undefined ? undefined : notes.get(details.call);
      if (details.session === undefined) {
        take(time, 2, () => this.#addOther(time, entryLine(entry)));
      } else if (details.moment === "call") {
        const agent = entry.agent ?? "";
        // A note of the same call that names another checkpoint is older or newer than this.
        const isOf = note !== undefined && (note.commit === null || recorded.has(note.commit));
        const own = isOf ? note : undefined;
        take(time, 1, () => this.#addCall(agent, details, time, entry, own));
      } else {
        take(time, 1, () => {
          const place = this.#placeOf(entry.agent ?? "", details, time);
          place.node.children.push(leaf(Date.parse(time), entryLine(entry), ["dim"]));
        });
      }
    }
    for (const move of moves) {
      const { number, kind, time } = move;
      const line = joined(words(hashNumber(number), kind, moveWords(move)), clock(time));
      take(time, 2, () => this.#addOther(time, line));
    }
    happened.sort((a, b) => a.time - b.time || a.order - b.order).forEach(({ add }) => add());
  }

  lines(): string[] {
    return this.#top.node.children.flatMap((node) => drawn(node, "", "", ""));
  }

  #addCall(
    agent: string,
    details: Details,
    time: string,
    entry: LogEntry | null,
    note?: WorkNote,
  ): void {
    const { alongside = [], exit, durationMs, started } = details;
    const isFailed = note?.outcome === "failed" || (exit ?? 0) !== 0;
    const line = joined(
      words(hashNumber(entry?.number), workOf(details)),
      details.call === undefined ? "" : this.#shortId(details.call),
      entry !== null
        ? counts(entry.changed!)
        : note?.outcome === "unfinished"
        ? "refused or interrupted"
        : alongside.length > 0
        ? "nothing left to record"
        : "changed nothing",
      isFailed ? words("failed", exit === undefined ? "" : `(exit ${exit})`) : "",
      alongside.length === 0
        ? ""
        : `alongside ${alongside.map((id) => this.#shortId(id)).join(" ")}`,
      durationMs === undefined ? "" : duration(durationMs),
    );
    const look: Style[] = isFailed ? ["red"] : entry === null ? ["dim"] : [];
    const node = { ...leaf(Date.parse(time), line, look) };
    const parent = this.#placeOf(agent, details, time);
    const below = started === undefined ? undefined : parent.places.get(started);
    if (below === undefined) {
      parent.node.children.push(node);
      return;
    }
    // What the subagent did came first, and belongs below the call that started it.
    const at = parent.node.children.indexOf(below.node);
    parent.node.children.splice(at, 1, { ...node, children: below.node.children });
  }

  /** What is of no session is shown in the prompt that was being worked on. */
  #addOther(time: string, line: string): void {
    const at = Date.parse(time);
    const prompt = this.#prompts.at(-1);
    const parent = prompt === undefined ? this.#top : prompt.place;
    parent.node.children.push(leaf(at, line, ["bold"]));
  }

  /** Where what has these details is shown: the prompt, or its subagent. */
  #placeOf(agent: string, details: Details, time: string): Place {
    const prompt = this.#promptOf(agent, details, time);
    const { subagent } = details;
    if (subagent === undefined) return prompt;
    return this.#below(prompt, subagent, time, () => `subagent ${safe(subagent)}`);
  }

  #promptOf(agent: string, { session = "", prompt, said }: Details, time: string): Place {
    const start = (id: string) => joined(words(id, `by ${agent}`), localTime(time));
    const own = this.#below(
      this.#top,
      `session ${session}`,
      time,
      () => start(`session ${safe(session)}`),
      ["bold"],
    );
    const line = () =>
      prompt === undefined ? "no prompt" : joined(
        words(`prompt ${safe(prompt)}`, quoted(said?.replaceAll(/\s+/g, " ") ?? "")),
        clock(time),
      );
    const known = own.places.has(prompt ?? "");
    const place = this.#below(own, prompt ?? "", time, line, ["cyan"]);
    if (!known) this.#prompts.push({ place, session: own });
    return place;
  }

  #below(
    parent: Place,
    name: string,
    time: string,
    line: () => string,
    look: readonly Style[] = [],
  ): Place {
    const known = parent.places.get(name);
    if (known !== undefined) return known;
    const place = { node: leaf(Date.parse(time), line(), look), places: new Map() };
    parent.places.set(name, place);
    parent.node.children.push(place.node);
    return place;
  }

  /** As much of an id as names no other call that is shown. */
  #shortId(id: string): string {
    let length = SHORTEST_ID;
    const isTaken = () =>
      this.#ids.some((one) => one !== id && one.startsWith(id.slice(0, length)));
    while (length < id.length && isTaken()) length++;
    return safe(id.slice(0, length));
  }
}

function leaf(time: number, line: string, look: readonly Style[] = []): Node {
  return { time, line, look, children: [] };
}

function entryLine(entry: LogEntry): string {
  const { number, kind, label, changed, details, message, time } = entry;
  const what = details === undefined
    ? words(kind, quoted(label) || (kind === "revert" ? safe(message ?? "") : ""))
    : momentOf(details);
  const facts = changed === null ? "" : counts(changed);
  return joined(words(hashNumber(number), what), facts, clock(time));
}

/** Of the day alone. */
function clock(time: string): string {
  return localTime(time).slice(-8);
}

function drawn(node: Node, indent: string, branch: string, below: string): string[] {
  const { children } = node;
  return [
    indent + branch + style(node.line, ...node.look),
    ...children.flatMap((child, i) => {
      const isLast = i === children.length - 1;
      return drawn(child, indent + below, isLast ? "└─ " : "├─ ", isLast ? "   " : "│  ");
    }),
  ];
}
