import { type Outcome, run } from "../support/process.ts";
import type { Distribution } from "./distributions.ts";

const HERE = import.meta.dirname!;
const RUN_MS = 10 * 60_000;

/** What one run came to. */
export interface Result {
  readonly distribution: string;
  readonly account: string;
  readonly fault: string | null;
  /** What it printed, by its first word. */
  readonly facts: ReadonlyMap<string, string>;
}

/**
 * A newcomer's run in a chroot of its own over `base`, which is only read: installs from `release` and goes on as
 * `newcomer.sh` says, as `account`, which is made unless it is root. `work` is a directory for what it needs.
 */
export async function newcomer(
  { name, source, refusal }: Pick<Distribution, "name" | "source" | "refusal">,
  account: string,
  base: string,
  release: string,
  work: string,
): Promise<Result> {
  const room = await Deno.makeTempDir({ dir: work });
  const script = `${HERE}/in_chroot.sh`;
  const outcome: Outcome = await run(
    // When this end is killed, so is the first process of the namespace and with it all others.
    [
      ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", script],
      ...[base, release, room, account, HERE, source],
    ],
    { deadlineMs: RUN_MS },
  );
  const facts = new Map(
    outcome.stdout.split("\n").map((line) => {
      const at = line.indexOf(" ");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  const said = outcome.stderr.trim().split("\n").slice(-12).join("\n");
  if (refusal !== undefined) {
    const isRefused = outcome.code !== 0 && said.includes(refusal);
    return { distribution: name, account, fault: isRefused ? null : `not refused\n${said}`, facts };
  }
  return { distribution: name, account, fault: outcome.code === 0 ? null : said, facts };
}
