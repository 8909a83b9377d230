/**
 * Models as git commits, for comparing merges with git's.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { S_IFLNK, S_IFMT } from "../../../store/trees/entry.ts";
import type { Snapshot } from "../../../store/trees/entry.ts";
import type { ModelInode } from "../../snapshots/testing/fixtures.ts";
import type { ObjectId } from "../../../store/format/object_id.ts";
import type { Store } from "../../../store/store.ts";
import { isDirectory } from "../../snapshots/record.ts";

/** What `git merge` makes of two commits. */
export interface GitMerge {
  readonly clean: boolean;
  /** Id of the merged tree, conflict markers in it if there are conflicts. */
  readonly tree: string;
  /** What git says, for people. */
  readonly messages: string;
}

/** A bare repository in a folder of its own. */
export class GitFixture {
  readonly #directory: string;

  constructor() {
    this.#directory = Deno.makeTempDirSync({ prefix: "agentvfs-git-" });
    this.#run(["init", "-q", "--bare", "."]);
  }

  /** Makes a branch for each model, each one commit after that of `base`. */
  commit(base: ModelInode, models: ReadonlyMap<string, ModelInode>): void {
    const parts = [commitStream("refs/heads/base", null, base)];
    for (const [name, model] of models) {
      parts.push(commitStream(`refs/heads/${name}`, "refs/heads/base", model));
    }
    this.#run(["fast-import", "--quiet", "--force"], Buffer.concat(parts));
  }

  merge(ours: string, theirs: string): GitMerge {
    const output = this.#run(["merge-tree", "--write-tree", ours, theirs], null, [0, 1]);
    const text = new TextDecoder().decode(output.stdout);
    return {
      clean: output.code === 0,
      tree: text.slice(0, 40),
      messages: text.slice(text.indexOf("\n\n") + 2).trim(),
    };
  }

  /** `git merge-file` with the base shown in conflicts; the three texts as binary strings. */
  mergeFile(base: string, ours: string, theirs: string, flags: string[]): string {
    for (const [name, text] of Object.entries({ base, ours, theirs })) {
      Deno.writeFileSync(`${this.#directory}/${name}`, Buffer.from(text, "latin1"));
    }
    const labels = ["ours", "base", "theirs"].flatMap((label) => ["-L", label]);
    const output = this.#run(
      ["merge-file", "-p", "-q", ...flags, ...labels, "ours", "base", "theirs"],
      null,
      Array.from({ length: 128 }, (_, i) => i),
    );
    return Buffer.from(output.stdout).toString("latin1");
  }

  remove(): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }

  #run(args: string[], input: Uint8Array | null = null, codes = [0]): Deno.CommandOutput {
    let stdin: Deno.CommandOptions = {};
    if (input !== null) {
      Deno.writeFileSync(`${this.#directory}/stdin`, input);
      args = ["-c", `alias.piped=!git ${args.join(" ")} < stdin`, "piped"];
      stdin = { stdin: "null" };
    }
    const output = new Deno.Command("git", {
      args,
      cwd: this.#directory,
      env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" },
      ...stdin,
    }).outputSync();
    if (!codes.includes(output.code)) {
      throw new Error(`git ${args[0]}: ${new TextDecoder().decode(output.stderr)}`);
    }
    return output;
  }
}

/** A commit for `git fast-import`. */
function commitStream(ref: string, parent: string | null, root: ModelInode): Uint8Array {
  const lines: Uint8Array[] = [
    text(`commit ${ref}\ncommitter A <a@example.org> 1700000000 +0000\ndata 0\n`),
  ];
  if (parent !== null) lines.push(text(`from ${parent}\n`));
  lines.push(text("deleteall\n"));
  const visit = (path: string, node: ModelInode) => {
    for (const [name, child] of node.children) {
      const at = path === "" ? name : `${path}/${name}`;
      if (child.kind === "directory") visit(at, child);
      else {
        const mode = gitMode(child.kind === "symlink" ? S_IFLNK : child.mode);
        const bytes = Buffer.from(child.text, "latin1");
        lines.push(text(`M ${mode} inline ${at}\ndata ${bytes.length}\n`), bytes, text("\n"));
      }
    }
  };
  visit("", root);
  lines.push(text("\n"));
  return Buffer.concat(lines);
}

function text(line: string): Uint8Array {
  return new TextEncoder().encode(line);
}

function gitMode(mode: number): string {
  if ((mode & S_IFMT) === S_IFLNK) return "120000";
  return (mode & 0o100) === 0 ? "100644" : "100755";
}

/** The id that git gives to the tree of a snapshot. git has no empty directories. */
export function gitTree(store: Store, snapshot: Snapshot): string {
  const build = (tree: ObjectId | null): Uint8Array | null => {
    const lines: { key: string; line: Uint8Array }[] = [];
    for (const entry of store.readTree(tree)) {
      const name = Buffer.from(entry.name, "latin1");
      if (isDirectory(entry)) {
        const id = build(entry.content);
        if (id !== null) {
          lines.push({
            key: `${entry.name}/`,
            line: Buffer.concat([text("40000 "), name, NUL, id]),
          });
        }
        continue;
      }
      const record = entry.linked ? store.readLink(snapshot.links, entry.ino)! : entry;
      const bytes = new Uint8Array(record.size);
      store.readContent(record, record.size, 0, bytes, 0, record.size);
      const id = gitObject("blob", bytes);
      const mode = text(`${gitMode(record.mode)} `);
      lines.push({ key: entry.name, line: Buffer.concat([mode, name, NUL, id]) });
    }
    if (lines.length === 0) return null;
    lines.sort((a, b) => a.key < b.key ? -1 : 1);
    return gitObject("tree", Buffer.concat(lines.map(({ line }) => line)));
  };
  const id = build(snapshot.root.content) ?? gitObject("tree", new Uint8Array());
  return Buffer.from(id).toString("hex");
}

const NUL = new Uint8Array(1);

function gitObject(type: string, bytes: Uint8Array): Uint8Array {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest();
}

/** True if there is a git that can merge without a work tree (2.38 and later). */
export function hasGit(): boolean {
  try {
    const { stdout } = new Deno.Command("git", { args: ["--version"] }).outputSync();
    const [, major, minor] = /(\d+)\.(\d+)/.exec(new TextDecoder().decode(stdout)) ?? [];
    return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 38);
  } catch {
    return false;
  }
}
