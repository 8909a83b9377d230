/**
 * What rules leave to filters. Nobody waits for a filter here: a request that needs one's word is put aside, others are served, and
 * it is looked at again when the word is there, or its time is over.
 *
 * Looking again begins from the start, since what the request is about may be otherwise by then; the words that it has by then
 * it keeps.
 *
 * @module
 */

import type { Answer } from "../../filters/answer.ts";
import { AskLane, type NoAnswer } from "../../filters/ask_lane.ts";
import type { FilterHandle } from "../../filters/filter_handle.ts";
import { OpenLanes } from "../../filters/open_lanes.ts";
import { operationsText } from "../../policy/operation.ts";
import type { Rule } from "../../policy/rule.ts";
import type { TelemetryEvent, TelemetryProcess } from "../../telemetry/event.ts";
import { type Inode, pathOf } from "../../tree/nodes/inode.ts";
import type { Place } from "../tree_states.ts";
import type { Asking, Describe } from "./asking.ts";
import type { Asker } from "../asker.ts";

type Word = "allow" | "deny";

interface Need {
  readonly rule: Rule;
  readonly event: TelemetryEvent;
}

/** A request that was put aside. */
export interface WaitingRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The words that it has. */
  readonly known: Map<string, Word>;
  /** How many are still to come. */
  missing: number;
}

interface Asked {
  readonly request: WaitingRequest;
  readonly key: string;
  readonly otherwise: Word;
}

/** Words that may be used again. */
const MOST_KEPT = 4096;

export interface FilterQuestionsOptions {
  /** Where everybody sees the mount, a binary string. */
  readonly mountpoint: string;
  readonly processOf: (asker: Asker) => TelemetryProcess;
  /** An event with what else is known of who does it. */
  readonly complete: (event: TelemetryEvent) => TelemetryEvent;
  /** Ms. */
  readonly now: () => number;
}

export class FilterQuestions {
  readonly #lanes = new OpenLanes((memory, wake) => new AskLane(memory, wake));
  /** What the request that is looked at needs, and the words that it has. */
  readonly #needs = new Map<string, Need>();
  #known = new Map<string, Word>();
  #process: TelemetryProcess | null = null;
  readonly #asked = new Map<string, Asked>();
  readonly #kept = new Map<string, Word>();

  constructor(readonly options: FilterQuestionsOptions) {}

  /** There are these filters from now on. What others were asked is not answered. */
  setFilters(handles: readonly FilterHandle[]): void {
    this.#lanes.set(handles);
    this.forget();
  }

  /** The rules are others: words are not used again. */
  forget(): void {
    this.#kept.clear();
  }

  /** A request is looked at. */
  begin(): void {
    this.#needs.clear();
    this.#process = null;
  }

  /** What the filter of a rule says. While that is not known it is allowed, and {@linkcode putAside} has to be called. */
  word<C extends Asking>(
    { context, describe }: { readonly context: C; readonly describe: Describe<C> },
    rule: Rule,
    place: Place,
    operation: number,
  ): Word {
    const lane = this.#laneOf(rule);
    if (lane === undefined) return rule.otherwise;
    const { mountpoint, now, complete } = this.options;
    const about = shownPath(mountpoint, place.parent, place.name);
    const { action, path, target } = describe(context, mountpoint, about);
    const process = this.#process ??= this.options.processOf(context.request);
    const { name, executable, uid } = process;
    const view = context.view.number;
    const key = [rule.filter, operation, action, uid, view, name, executable, about, path, target]
      .join("\0");
    const known = this.#known.get(key) ?? this.#kept.get(key);
    if (known !== undefined) return known;
    this.#needs.set(key, {
      rule,
      event: complete({
        provider: "mount",
        action,
        time: now(),
        ...(path === undefined ? {} : { path }),
        ...(target === undefined ? {} : { target }),
        asked: { operation: operationsText(operation), path: about },
        view,
        process,
        ...(context.view.branch === null ? {} : { branch: context.view.branch }),
      }),
    });
    return "allow";
  }

  /** Something that was looked at needs a word that is not there. */
  get needsMore(): boolean {
    return this.#needs.size > 0;
  }

  /** Asks for what is needed. False: nothing has to be waited for, and the request is to be looked at again at once. */
  putAside(bytes: Uint8Array): boolean {
    const request: WaitingRequest = { bytes: bytes.slice(), known: this.#known, missing: 0 };
    for (const [key, { rule, event }] of this.#needs) {
      const ticket = this.#laneOf(rule)?.ask(event, this.options.now()) ?? 0;
      if (ticket === 0) {
        this.#known.set(key, rule.otherwise);
        continue;
      }
      this.#asked.set(`${rule.filter} ${ticket}`, { request, key, otherwise: rule.otherwise });
      request.missing++;
    }
    if (request.missing === 0) return false;
    this.#known = new Map();
    return true;
  }

  get isWaiting(): boolean {
    return this.#asked.size > 0;
  }

  /** How long the next request may still wait, ms; Infinity: none does. */
  patience(): number {
    if (!this.isWaiting) return Infinity;
    const first = Math.min(...this.#lanes.all.map(({ lane }) => lane.deadline));
    // Of a filter that is gone nothing is to be waited for.
    return first === Infinity ? 0 : Math.max(0, first - this.options.now());
  }

  /** The requests that have all the words they asked for, or whose time is over. */
  collect(): WaitingRequest[] {
    const now = this.options.now();
    const ready: WaitingRequest[] = [];
    const settle = (id: string, answer: Answer | NoAnswer) => {
      const asked = this.#asked.get(id);
      if (asked === undefined) return;
      this.#asked.delete(id);
      const { request, key, otherwise } = asked;
      request.known.set(key, this.#wordOf(answer, key, otherwise));
      if (--request.missing === 0) ready.push(request);
    };
    for (const { name, lane } of this.#lanes.all) {
      lane.collect(now, (ticket, answer) => settle(`${name} ${ticket}`, answer));
    }
    const isIdle = this.#lanes.all.every(({ lane }) => lane.deadline === Infinity);
    // What is still open then was asked of filters that are gone.
    if (isIdle) { for (const id of [...this.#asked.keys()]) settle(id, "late"); }
    return ready;
  }

  /** Looks at a request again, by `look`, with the words that it has. */
  resume({ known }: WaitingRequest, look: () => void): void {
    this.#known = known;
    try {
      look();
    } finally {
      this.#known = new Map();
    }
  }

  #wordOf(answer: Answer | NoAnswer, key: string, otherwise: Word): Word {
    if (typeof answer === "string") return otherwise;
    const word = answer.verdict === "deny" ? "deny" : "allow";
    if (answer.cacheable) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(key, word);
    }
    return word;
  }

  #laneOf({ filter }: Rule): AskLane | undefined {
    return this.#lanes.all.find(({ name }) => name === filter)?.lane;
  }
}

/** Absolute, where everybody sees the mount. */
export function shownPath(mountpoint: string, directory: Inode, name: string): string {
  const above = pathOf(directory);
  return above === null || above === ""
    ? `${mountpoint}/${name}`
    : `${mountpoint}/${above}/${name}`;
}
