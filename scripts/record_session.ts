/**
 * Writes docs/session.svg: a session at a terminal as it really went, with dist/agentvfs, in colours.
 *
 * ```sh
 * deno run -A scripts/record_session.ts
 * ```
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COLUMNS = 88;

/** What is typed, and commands that make a project before it. */
const PREPARE = `
mkdir -p work/shop/src && cd work/shop
for name in cart price stock; do echo "export const $name = [];" >src/$name.ts; done
echo '# Shop' >README.md
git init -q -b main && git add . && git commit -qm first
agentvfs quickstart . >/dev/null
`;
const TYPED = [
  'cd "$(agentvfs status ~/work/shop --json | jq -r .mount)"',
  "agentvfs checkpoint before the refactor",
  "sed -i s/cart/basket/ src/cart.ts; rm src/price.ts; echo todo >notes.md",
  "agentvfs diff --stat",
  "agentvfs rollback before the refactor",
  "ls src",
  "agentvfs undo",
  "agentvfs log",
];

const home = await Deno.makeTempDir({ prefix: "agentvfs-session-" });
const env = {
  ...{ HOME: home, AGENTVFS_STATE_DIR: join(home, ".local/state/agentvfs"), TERM: "xterm" },
  ...{
    PATH: `${join(ROOT, "dist")}:/usr/bin:/bin`,
    AGENTVFS_PAGER: "",
    AGENTVFS_SOCK: "",
    TZ: "UTC",
  },
  ...{ GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@b" },
  ...{ GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@b" },
};
try {
  await shell(PREPARE);
  // A shell for all, so that a directory that was gone to stays.
  const marked = TYPED.map((line) => `echo '\x01'\n${line}`).join("\n");
  const script = `stty cols ${COLUMNS} rows 50\ncd ~/work/shop\n${marked}\n`;
  await Deno.writeTextFile(join(home, "session.sh"), script);
  const said = await shell('script -qec "bash -e $HOME/session.sh" /dev/null </dev/null');
  const answers = said.replaceAll("\r", "").split("\x01\n").slice(1);
  const lines = TYPED.flatMap((typed, i) => [
    `\x1b[32m$\x1b[0m \x1b[1m${typed}\x1b[0m`,
    ...answers[i]!.replace(/\n+$/, "").split("\n").filter((line) => line !== ""),
  ]);
  await Deno.writeTextFile(join(ROOT, "docs/session.svg"), svg(lines));
} finally {
  await shell("agentvfs stop --force work/shop || true");
  await Deno.remove(home, { recursive: true });
}

async function shell(script: string): Promise<string> {
  const command = new Deno.Command("bash", {
    args: ["-ec", script],
    cwd: home,
    env,
    clearEnv: true,
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) {
    throw new Error(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  }
  return new TextDecoder().decode(stdout);
}

function svg(lines: readonly string[]): string {
  const [cell, row, margin, bar] = [8.4, 19, 16, 28];
  // deno-lint-ignore no-control-regex
  const longest = Math.max(...lines.map((line) => line.replace(/\x1b\[[0-9;]*m/g, "").length));
  const width = Math.ceil(longest * cell + 2 * margin);
  const height = bar + lines.length * row + 2 * margin;
  const texts = lines.map((line, i) =>
    `<text xml:space="preserve" x="${margin}" y="${bar + margin + 14 + i * row}">${
      spans(line)
    }</text>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>A session: a checkpoint, changes, a rollback, and its undo</title>
<style>text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#d7dce2;white-space:pre}
.b{font-weight:bold;fill:#fff}.d{fill:#8a939e}.r{fill:#ff7b72}.g{fill:#7ee787}.y{fill:#e3b341}.l{fill:#79c0ff}.c{fill:#76e3ea}</style>
<rect width="100%" height="100%" rx="8" fill="#15191e"/>
<circle cx="20" cy="16" r="5" fill="#ff5f57"/><circle cx="38" cy="16" r="5" fill="#febc2e"/><circle cx="56" cy="16" r="5" fill="#28c840"/>
${texts.join("\n")}
</svg>
`;
}

/** The colours of a terminal as classes. */
function spans(line: string): string {
  const classes: Record<string, string> = {
    ...{ "1": "b", "2": "d", "31": "r", "32": "g", "33": "y", "34": "l", "36": "c" },
  };
  let style = "";
  // deno-lint-ignore no-control-regex
  return line.split(/(\x1b\[[0-9;]*m)/).map((part) => {
    if (part.startsWith("\x1b[")) {
      style = classes[part.slice(2, -1).split(";").at(-1)!] ?? "";
      return "";
    }
    const text = part.replaceAll(home, "~").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return style === "" || text === "" ? text : `<tspan class="${style}">${text}</tspan>`;
  }).join("");
}
