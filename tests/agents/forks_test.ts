/** A conversation that is gone on with as a copy is told what changed since it was written. */

import assert from "node:assert/strict";
import { type Bed, testAgent, type Worked } from "./bed.ts";
import { claudeWith } from "./claude.ts";
import { codexWith } from "./codex.ts";
import { WORDS } from "./words.ts";

const FORK = {
  claude: (bed: Bed, session: string): Promise<Worked> =>
    claudeWith(bed, {
      script: [{ text: "Done." }],
      args: ["--resume", session, "--fork-session"],
    }),
  codex: (bed: Bed, session: string): Promise<Worked> =>
    codexWith(bed, { script: [WORDS.codex.shell("cat a"), { text: "Done." }], fork: session }),
};

for (const agent of ["claude", "codex"] as const) {
  testAgent(agent, "a copy of a conversation is told what changed since", async (bed) => {
    await bed.agentvfs("integrate", agent);
    const script = [WORDS[agent].shell("echo better >a"), { text: "Done." }];
    await (agent === "claude" ? claudeWith(bed, { script }) : codexWith(bed, { script }));
    const { session } = (await bed.log()).entries[0]!.details!;
    await bed.agentvfs("rollback", "--to-prompt", "--project", bed.mount);
    const { seen } = await FORK[agent](bed, session!);
    assert.match(
      seen.flatMap(({ watched }) => watched).join("\n"),
      /not as they were at your last step[^]*: a\. Read them again/,
    );
  });
}
