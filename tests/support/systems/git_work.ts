import assert from "node:assert/strict";
import { shell } from "../process.ts";

const DIRECTORIES = 20;

/** Does what people do with git below `path`, with so many files, and fails where git finds a fault. */
export async function gitWork(path: string, files: number): Promise<void> {
  const printed = await shell(
    `
      cd ${path}
      git init -q project && cd project
      git config user.name A && git config user.email a@b
      for i in $(seq ${files}); do
        mkdir -p d$((i % ${DIRECTORIES})) && echo $i >d$((i % ${DIRECTORIES}))/f$i
      done
      git add . && git commit -qm one
      git mv d1 moved && rm -r d2 && ln -s moved link && git add -A && git commit -qm two
      git clone -q . ../clone && cd ../clone && git checkout -q HEAD~1
      git fsck --full --strict && git status --porcelain && ls d1 | wc -l && git ls-files | wc -l
    `,
    { deadlineMs: 120_000 },
  );
  assert.equal(printed.trim(), `${files / DIRECTORIES}\n${files}`);
}
