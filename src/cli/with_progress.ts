import { connectTo, type MeantDaemon } from "./daemon_client.ts";
import { isQuiet } from "./print/output.ts";
import { ProgressLine, whileWatching } from "./print/progress_line.ts";

/** Shows how far the daemon's task `name` is until `work` has settled: by a connection of its own, where people look. */
export async function withProgress<T>(
  daemon: MeantDaemon,
  name: string,
  work: Promise<T>,
): Promise<T> {
  if (!Deno.stderr.isTerminal() || isQuiet()) return await work;
  // It may fail before anybody waits for it.
  work.catch(() => {});
  const line = new ProgressLine(false);
  const watcher = await connectTo(daemon).catch(() => null);
  if (watcher === null) return await work;
  try {
    return await whileWatching(watcher, name, line.report, work);
  } finally {
    watcher.close();
    line.end();
  }
}
