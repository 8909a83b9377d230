/**
 * vite's server: browsers are told to load anew what a rollback changed, and nothing else.
 *
 * @module
 */

import { withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";
import { rollback } from "./event_watchers.ts";
import { WatchingProgram } from "./watching_program.ts";

const MODULE = "import.meta.hot?.accept();";
const DEADLINE_MS = 60_000;
/** A page of more modules nobody loads; the others are changed without being loaded. */
const MOST_LOADED = 100;

interface Message {
  readonly type: string;
  readonly updates?: readonly { readonly path: string }[];
}

/** `vite`: the command. */
export async function viteWatcher(vite: readonly string[], count: number): Promise<number> {
  let ms = 0;
  const write = (value: string) =>
    `for i in $(seq ${count}); do echo "export default '${value}'; ${MODULE}" >src/m$i.js; done`;
  const page = `mkdir src; ${
    write("one")
  }; echo '<script type=module src=/src/m1.js></script>' >index.html`;
  await withProject(page, async (m) => {
    await m.ctl("checkpoint", "base");
    await shell(write("two"), { cwd: m.mount });
    const command = [...vite, "--port", "0", "--host", "127.0.0.1"];
    await using program = new WatchingProgram(command, { cwd: m.mount, env: { NO_COLOR: "1" } });
    const url = await program.until(
      "it serves",
      (output) => /http:\S+:\d+\//.exec(output)?.[0] ?? null,
    );
    const loaded = Array.from(
      { length: Math.min(count, MOST_LOADED) },
      (_, i) => `/src/m${i + 1}.js`,
    );
    for (const path of loaded) await text(url, path);
    const client = await text(url, "/@vite/client");
    const token = /wsToken = "([^"]+)"/.exec(client)![1];
    const told: Message[] = [];
    const socket = new WebSocket(`${url.replace("http", "ws")}?token=${token}`, "vite-hmr");
    try {
      socket.onmessage = ({ data }) => void told.push(JSON.parse(data));
      await until(
        "the page is connected",
        () => told.some(({ type }) => type === "connected"),
        DEADLINE_MS,
      );
      ms = await rollback(m);
      await until("the page was told of everything", () => {
        const paths = new Set(told.flatMap(({ updates = [] }) => updates.map(({ path }) => path)));
        return loaded.every((path) => paths.has(path));
      }, DEADLINE_MS).finally(() => {
        const types = told.map(({ type }) => type);
        if (types.includes("full-reload")) {
          console.error("The page was told to load everything anew");
        }
      });
      for (const path of loaded) {
        const now = await text(url, `${path}?t=${Date.now()}`);
        if (!now.includes("one")) throw new Error(`${path} is served as it was: ${now}`);
      }
    } finally {
      socket.close();
    }
  }, { deadlineMs: 300_000 });
  return ms;
}

async function text(url: string, path: string): Promise<string> {
  const response = await fetch(new URL(path, url));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return await response.text();
}
