/**
 * The service's methods about rules.
 *
 * @module
 */

import { binaryString, displayString } from "../../../ffi/binary_string.ts";
import type { Params } from "../../control/methods.ts";
import type {
  DenialReport,
  ListDenialsReport,
  PolicyReport,
  PolicyVerdict,
  TestPolicyReport,
} from "../../control/service/policy.ts";
import { ruleReport } from "../../control/rule_report.ts";
import { ServiceError } from "../../control/service_error.ts";
import { asksForOpens } from "../../mount/fuse/init.ts";
import { MAIN_VIEW } from "../../mount/views.ts";
import type { Denial } from "../../policy/denial.ts";
import { denialSentence } from "../../policy/denial_sentence.ts";
import { OPERATION_NAMES } from "../../policy/operation.ts";
import { parsePolicy } from "../../policy/parse_policy.ts";
import type { Verdict } from "../../telemetry/event.ts";
import { ANY_CALLER, type Caller, Policy } from "../../policy/policy.ts";
import { PolicyError } from "../../policy/policy_error.ts";
import { needsOpens, unheldRules } from "../../policy/unheld_rules.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { MAIN } from "../branches/branches.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import type { PolicyText } from "../threads/messages.ts";
import { type SavedPolicy, savePolicy } from "../workspaces/saved_policy.ts";

export interface PolicyMethodsParts {
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  readonly turn: <T>(what: string, job: () => Promise<T>) => Promise<T>;
  /** Directory of the workspace. */
  readonly workspace: string;
  /** Brings in what was written through shared mappings. */
  readonly flush: () => Promise<unknown>;
  /** The rules that the server began with. */
  readonly policy: SavedPolicy | null;
  /** There are others now. */
  readonly onChanged: () => Promise<void>;
}

export class PolicyMethods {
  #saved: SavedPolicy | null;
  #policy: Policy;

  constructor(readonly parts: PolicyMethodsParts) {
    this.#saved = parts.policy;
    this.#policy = compile(parts.policy);
  }

  async install({ text, from }: Params<"installPolicy">): Promise<PolicyReport> {
    attempt(() => parsePolicy(text));
    return await this.#set(text, from);
  }

  async remove(): Promise<PolicyReport> {
    return await this.#set("", []);
  }

  async show(): Promise<PolicyReport> {
    const { connection } = await this.parts.fs.callView(MAIN_VIEW, "state", null);
    const opens = asksForOpens(connection);
    const { count } = await this.parts.fs.call("denials", null);
    return {
      version: this.#policy.version,
      installed: this.#saved?.installed ?? null,
      from: [...this.#saved?.from ?? []],
      rules: this.#policy.rules.map(ruleReport),
      opens,
      unheld: opens ? [] : unheldRules(this.#policy.rules),
      denied: count,
    };
  }

  async denials(): Promise<ListDenialsReport> {
    const { count, last } = await this.parts.fs.call("denials", null);
    return { count, denials: last.map(denialReport) };
  }

  /** What the rules say of an operation on a path from the root of the main branch, a binary string. No filter is asked. */
  judge(path: string, operation: number): { verdict: Verdict; rule: string | null } {
    const state = this.#policy.automaton.root.walk(path.split("/"));
    const rule = this.#policy.ruleFor(state, false, MAIN, ANY_CALLER, operation);
    if (rule === null) return { verdict: "allow", rule: null };
    const { verdict, otherwise, name } = rule;
    // It asks for a checkpoint of the mount, which nothing is done to here.
    if (verdict === "checkpoint") return { verdict: "allow", rule: name };
    return { verdict: verdict === "ask" ? otherwise : verdict, rule: name };
  }

  /** What was refused lately, oldest first. */
  async refused(): Promise<readonly Denial[]> {
    if (this.#policy.rules.length === 0) return [];
    return (await this.parts.fs.call("denials", null)).last;
  }

  /** What was refused in a branch lately, a sentence each, the latest last. */
  async sentences(branch: string): Promise<string[]> {
    const told = (await this.refused()).filter((denial) => denial.branch === branch).slice(
      -MOST_SENTENCES,
    );
    return told.map((denial) => `${new Date(denial.time).toISOString()} ${denialSentence(denial)}`);
  }

  /** So many deletions on a branch are very much; null: no rule says. */
  deletionsIn(branch: string): number | null {
    return this.#policy.deletionsIn(branch);
  }

  /** For `status`. */
  get summary(): { version: number; rules: number } {
    return { version: this.#policy.version, rules: this.#policy.rules.length };
  }

  test(p: Params<"testPolicy">): TestPolicyReport {
    const { branch = MAIN, op } = p;
    const directory = p.path.endsWith("/");
    const names = binaryString(p.path).split("/").filter((name) => name !== "" && name !== ".");
    if (names.includes("..")) {
      throw new ServiceError("bad_path", `${p.path} has .. in it`, {
        exit: 2,
        hint: "Name the path from the root of the mount",
      });
    }
    const state = this.#policy.automaton.root.walk(names);
    const caller = callerOf(p);
    const verdicts = Object.entries(OPERATION_NAMES)
      .filter(([name]) => op === undefined || name === op)
      .map(([name, bit]): PolicyVerdict => {
        const rule = this.#policy.ruleFor(state, directory, branch, caller, bit);
        const operation = name as PolicyVerdict["operation"];
        return { operation, verdict: rule?.verdict ?? "allow", rule: rule?.name ?? null };
      });
    const path = displayString(names.join("/"));
    return { path, directory, branch, version: this.#policy.version, verdicts };
  }

  async #set(text: string, from: readonly string[]): Promise<PolicyReport> {
    return await this.parts.turn("policy install", async () => {
      const { fs, background, workspace, flush } = this.parts;
      const version = (this.#saved?.version ?? 0) + 1;
      const saved = { version, installed: new Date().toISOString(), from, text };
      // What was written before belongs to the time before.
      await flush();
      // On disk first: a server that takes over must not know less than this one.
      savePolicy(workspace, saved);
      this.#saved = saved;
      this.#policy = compile(saved);
      const stale = await fs.call("policy", policyText(saved));
      if (stale.length > 0) await background.call("invalidateAll", stale);
      await this.parts.onChanged();
      return await this.show();
    });
  }
}

const MOST_SENTENCES = 10;

/** What the fs thread is told; null if there are no rules. */
export function policyText(saved: SavedPolicy | null): PolicyText | null {
  return saved === null || saved.text === "" ? null : { version: saved.version, text: saved.text };
}

/** True if a mount that is made now has to be asked for the opening of files. */
export function wantsOpens(saved: SavedPolicy | null): boolean {
  return compile(saved).rules.some(needsOpens);
}

function compile(saved: SavedPolicy | null): Policy {
  const rules = saved === null || saved.text === "" ? [] : parsePolicy(saved.text);
  return new Policy(rules, saved?.version ?? 0);
}

/** Nobody in particular where nothing is said. */
function callerOf({ uid, program, session }: Params<"testPolicy">): Caller {
  return {
    uid: uid ?? -1,
    runs: (other) => other === program,
    isIn: (other) => other === session,
  };
}

function attempt<T>(job: () => T): T {
  try {
    return job();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const { code, message, hint, line } = error;
    throw new ServiceError(code, message, { exit: 2, hint, details: { line } });
  }
}

function denialReport(denial: Denial): DenialReport {
  return {
    ...denial,
    time: new Date(denial.time).toISOString(),
    path: displayString(denial.path),
    message: denialSentence(denial),
  };
}
