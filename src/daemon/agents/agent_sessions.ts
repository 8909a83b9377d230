/**
 * What is known of agents' sessions: what each was told already, and which prompt it is at.
 *
 * @module
 */

import type { AgentEvent } from "../../agents/agent_event.ts";
import { RecentMap } from "./recent_map.ts";
import type { WorkJournal } from "./work_journal.ts";

/** Sessions that are remembered. */
const MOST = 256;

interface Told {
  isGreeted: boolean;
  /** Number of the last move that it knows of. */
  knows: number;
}

interface Prompt {
  readonly id: string;
  /** The beginning of what the person said. */
  readonly said: string | null;
}

export class AgentSessions {
  readonly #told = new RecentMap<string, Told>(MOST);
  readonly #prompts = new RecentMap<string, Prompt>(MOST);

  /** @param first a session that nobody saw begin is told of the moves after this one */
  constructor(readonly journal: WorkJournal, readonly first: number) {
    for (const record of journal.of("told", "prompt")) {
      if (record.kind === "told") {
        const { branch, session, knows } = record;
        this.#told.set(keyOf(branch, session), { isGreeted: true, knows });
      } else {
        const { session, prompt, said = null } = record.details;
        if (session !== undefined && prompt !== undefined) {
          this.#prompts.set(session, { id: prompt, said });
        }
      }
    }
  }

  /**
   * A session that begins knows nothing of the files yet, so nothing was changed behind it up to move `last`; one that goes on
   * with a conversation knows what it knew.
   */
  begin(branch: string, { session, resumes }: AgentEvent, last: number): void {
    const knows = resumes ? this.#of(branch, session).knows : last;
    this.#told.set(keyOf(branch, session), { isGreeted: false, knows });
    this.#note(branch, session, knows);
  }

  /** One that nobody saw begin was greeted by a server before this one. */
  of(branch: string, { session }: AgentEvent): Readonly<Told> {
    return this.#of(branch, session);
  }

  /** It knows now where it is, and of the moves up to a number. */
  told(branch: string, { session }: AgentEvent, knows: number): void {
    const told = this.#of(branch, session);
    told.isGreeted = true;
    if (knows <= told.knows) return;
    told.knows = knows;
    this.#note(branch, session, knows);
  }

  /**
   * The event with the prompt that its session is at. Where an agent gives prompts no ids they get one. What a subagent is told
   * is no prompt of a person's.
   */
  inPrompt(event: AgentEvent): AgentEvent {
    const { session, subagent, moment } = event;
    if (session === null) return event;
    if (moment === "prompt" && subagent === null) {
      const id = event.prompt ?? `prompt-${Date.now().toString(36)}`;
      this.#prompts.set(session, { id, said: event.said });
      return { ...event, prompt: id };
    }
    const known = this.#prompts.get(session);
    const prompt = (subagent === null ? event.prompt : null) ?? known?.id ?? event.prompt;
    return { ...event, prompt, said: known?.id === prompt ? known?.said ?? null : null };
  }

  #of(branch: string, session: string | null): Told {
    const key = keyOf(branch, session);
    const known = this.#told.get(key);
    if (known !== undefined) return known;
    const met: Told = { isGreeted: true, knows: this.first };
    this.#told.set(key, met);
    return met;
  }

  #note(branch: string, session: string | null, knows: number): void {
    this.journal.append({ kind: "told", branch, session, knows });
  }
}

function keyOf(branch: string, session: string | null): string {
  return `${branch}\0${session}`;
}
