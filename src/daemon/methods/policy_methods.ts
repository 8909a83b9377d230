/**
 * The service's methods about rules.
 *
 * @module
 */

import { CAN_PRELOAD, IS_VOLUME, TELLS_CALLERS } from "../../host/mounts.ts";
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
import { ProgramPaths } from "../../mount/policy/program_paths.ts";
import { MAIN_VIEW } from "../../mount/views.ts";
import type { Denial } from "../../policy/denial.ts";
import { denialSentence } from "../../policy/denial_sentence.ts";
import { QUESTIONS, saidOf } from "../../policy/question.ts";
import { parsePolicy } from "../../policy/parse_policy.ts";
import type { Verdict } from "../../telemetry/event.ts";
import { ANY_CALLER, type Caller, Policy } from "../../policy/policy.ts";
import { isRelativeProgram, isWindowsProgram } from "../../policy/program.ts";
import { PolicyError } from "../../policy/policy_error.ts";
import type { Rule } from "../../policy/rule.ts";
import { mountRules, outsideRules } from "../../policy/outside_table.ts";
import {
  needsOpens,
  unheldFilters,
  unheldOnVolume,
  unheldOutside,
  unheldRules,
  unheldWithoutCallers,
} from "../../policy/unheld_rules.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { MAIN } from "../branches/branches.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import type { PolicyText } from "../threads/messages.ts";
import { preloadRules } from "../telemetry/preload_rules.ts";
import type { TelemetryClient } from "../telemetry/telemetry_client.ts";
import { type SavedPolicy, savePolicy } from "../workspaces/saved_policy.ts";
import { programFile, RulePrograms } from "./rule_programs.ts";

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
  /** Null: nothing is recorded. */
  readonly telemetry: TelemetryClient | null;
  /** Where the mount is seen, binary strings. */
  readonly places: readonly string[];
  /** Names of the filters that there are. */
  readonly filters: () => readonly string[];
  /** There are others now. */
  readonly onChanged: () => Promise<void>;
}

export class PolicyMethods {
  #saved: SavedPolicy | null;
  #rules!: readonly Rule[];
  #policy!: Policy;
  /** The rules about paths outside the mount. */
  #outside!: Policy;
  readonly #programs: RulePrograms;

  constructor(readonly parts: PolicyMethodsParts) {
    this.#saved = parts.policy;
    this.#programs = new RulePrograms((files) => parts.fs.call("programs", files));
    this.#compile();
    void this.#programs.set(this.#policy.rules);
  }

  async install({ text, from }: Params<"installPolicy">): Promise<PolicyReport> {
    attempt(() => preloadRules(text, this.parts.places));
    return await this.#set(text, from);
  }

  async remove(): Promise<PolicyReport> {
    return await this.#set("", []);
  }

  async show(): Promise<PolicyReport> {
    const { connection } = await this.parts.fs.callView(MAIN_VIEW, "state", null);
    const opens = IS_VOLUME || asksForOpens(connection);
    const { count } = await this.parts.fs.call("denials", null);
    const isPreloaded = await this.#isPreloaded();
    return {
      version: this.#policy.version,
      installed: this.#saved?.installed ?? null,
      from: [...this.#saved?.from ?? []],
      rules: this.#rules.map(ruleReport),
      opens,
      unheld: [
        ...IS_VOLUME
          ? unheldOnVolume(this.#policy.rules)
          : unheldFilters(this.#policy.rules, this.parts.filters()),
        ...!TELLS_CALLERS
          ? unheldWithoutCallers(this.#policy.rules)
          : opens
          ? []
          : unheldRules(this.#policy.rules),
        ...unheldOutside(this.#outside.rules, isPreloaded),
      ],
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
    const said = rule.verdict === "ask" ? rule.otherwise : rule.verdict;
    // The checkpoint is made when the mount is asked.
    return { verdict: said === "checkpoint" ? "allow" : said, rule: rule.name };
  }

  /** What was refused lately, oldest first. */
  async refused(): Promise<readonly Denial[]> {
    if (this.#rules.length === 0) return [];
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
    return { version: this.#policy.version, rules: this.#rules.length };
  }

  async test(p: Params<"testPolicy">): Promise<TestPolicyReport> {
    const { branch = MAIN, op, outside = false } = p;
    const policy = outside ? this.#outside : this.#policy;
    const directory = p.path.endsWith("/");
    const names = binaryString(p.path).split("/").filter((name) => name !== "" && name !== ".");
    if (names.includes("..")) {
      throw new ServiceError("bad_path", `${p.path} has .. in it`, {
        exit: 2,
        hint: `Name the path from the root of the ${outside ? "machine" : "mount"}`,
      });
    }
    const state = policy.automaton.root.walk(names);
    const caller = await this.#callerOf(p);
    const place = [state, directory, branch, caller] as const;
    const verdicts = Object.entries(QUESTIONS)
      .filter(([name]) => op === undefined || name === op)
      .map(([name, question]): PolicyVerdict => {
        // A directory is made, and never written to.
        const asked = directory && name === "create" ? { ...question, parts: 0 } : question;
        return { operation: name as keyof typeof QUESTIONS, ...saidOf(policy, asked, place) };
      });
    const path = displayString((outside ? "/" : "") + names.join("/"));
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
      this.#compile();
      await this.#programs.set(this.#policy.rules);
      const stale = await fs.call("policy", policyText(saved));
      if (stale.length > 0) await background.call("invalidateContents", stale);
      await this.parts.telemetry?.rules(preloadRules(text, this.parts.places));
      await this.parts.onChanged();
      return await this.show();
    });
  }

  /** Nobody in particular where nothing is said. */
  async #callerOf({ uid, program, session }: Params<"testPolicy">): Promise<Caller> {
    if (program !== undefined && isRelativeProgram(program)) {
      throw new ServiceError("bad_program", `${program} is a relative path`, {
        exit: 2,
        hint: "Write a program's name, or its absolute path",
      });
    }
    if (IS_VOLUME) {
      const runs = (wanted: string) => program !== undefined && isWindowsProgram(wanted, program);
      return { uid: null, runs, isIn: () => false };
    }
    const places = this.parts.places.map(displayString);
    const paths = new ProgramPaths({ places, isBranch: () => true });
    paths.set(this.#programs.files);
    const file = program?.startsWith("/") ? await programFile(program) : null;
    const runs = (wanted: string) =>
      program !== undefined && wanted.startsWith("/") && program.startsWith("/")
        ? paths.isThat(wanted, file?.path ?? program, () => file) === true
        : wanted === program;
    return { uid: uid ?? -1, runs, isIn: (other) => other === session };
  }

  #compile(): void {
    const version = this.#saved?.version ?? 0;
    this.#rules = rulesOf(this.#saved);
    this.#policy = new Policy(mountRules(this.#rules), version);
    this.#outside = new Policy(outsideRules(this.#rules), version);
  }

  /** Null: nothing is for this system. */
  async #isPreloaded(): Promise<boolean | null> {
    if (!CAN_PRELOAD) return null;
    const { telemetry } = this.parts;
    if (telemetry === null || this.#outside.rules.length === 0) return false;
    const sources = (await telemetry.state())?.sources ?? [];
    return sources.some(({ name, state }) => name === "ldpreload" && state === "running");
  }
}

const MOST_SENTENCES = 10;

/** What the fs thread is told; null if there are no rules. */
export function policyText(saved: SavedPolicy | null): PolicyText | null {
  return saved === null || saved.text === "" ? null : { version: saved.version, text: saved.text };
}

/** True if a mount that is made now has to be asked for the opening of files. */
export function wantsOpens(saved: SavedPolicy | null): boolean {
  return mountRules(rulesOf(saved)).some(needsOpens);
}

function rulesOf(saved: SavedPolicy | null): Rule[] {
  return saved === null || saved.text === "" ? [] : parsePolicy(saved.text);
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
