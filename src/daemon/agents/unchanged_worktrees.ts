/**
 * Removes the branches of subagents that changed nothing: their agents ask for them and never say that they are done.
 *
 * @module
 */

import type { AgentEvent } from "../../agents/agent_event.ts";
import type { Service } from "../../control/service.ts";

/** As Claude Code calls the worktree of a subagent. */
const branchOf = (subagent: string) => `agent-${subagent}`;

/** Branches that are remembered; one that is forgotten stays. */
const MOST_ENDED = 256;

export class UnchangedWorktrees {
  /** Of subagents that have ended, by session. */
  readonly #ended = new Map<string, string>();
  #removing: Promise<unknown> = Promise.resolve();

  constructor(readonly service: Pick<Service, "listBranches" | "deleteBranch">) {}

  /** Hears what agents tell. A branch goes when the turn is over: until then its subagent may stand in it. Never throws. */
  heard({ moment, subagent, session }: AgentEvent): void {
    if (moment === "subagent-end" && subagent !== null) {
      this.#ended.set(branchOf(subagent), session ?? "");
      const [oldest] = this.#ended.keys();
      if (this.#ended.size > MOST_ENDED) this.#ended.delete(oldest!);
    }
    if (moment !== "turn-end" && moment !== "session-end") return;
    const names = [...this.#ended].filter(([, of]) => of === (session ?? "")).map(([name]) => name);
    if (names.length === 0) return;
    this.#removing = this.#removing.then(() => this.#remove(names)).catch((error) => {
      console.log(`Worktrees of subagents stay: ${(error as Error).message}`);
    });
  }

  /** For tests: resolves when nothing is being removed. */
  async settled(): Promise<void> {
    await this.#removing;
  }

  async #remove(names: readonly string[]): Promise<void> {
    const { branches } = await this.service.listBranches({});
    for (const name of names) {
      const branch = branches.find((one) => one.name === name);
      if (branch !== undefined && (branch.dirty || branch.ahead !== 0)) {
        this.#ended.delete(name);
        continue;
      }
      // One that is in use is tried again with the next turn.
      const gone = branch === undefined ||
        await this.service.deleteBranch({ name }).then(() => true, () => false);
      if (gone) this.#ended.delete(name);
    }
  }
}
