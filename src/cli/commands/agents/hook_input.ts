import { CommandError, usageError } from "../../command_error.ts";

/** Longest time until an agent has said what it wants, ms. */
const DEADLINE_MS = 10_000;

/** The JSON object that an agent gives a hook on its standard input. */
export async function hookInput(): Promise<Readonly<Record<string, unknown>>> {
  if (Deno.stdin.isTerminal()) {
    throw usageError("This is a hook: an agent gives it JSON on its standard input");
  }
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new CommandError("timeout", 1, `No JSON came within ${DEADLINE_MS / 1000} s`)),
    DEADLINE_MS,
  );
  try {
    const text = await Promise.race([new Response(Deno.stdin.readable).text(), late]);
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  } finally {
    clearTimeout(timer);
  }
  throw usageError("Standard input is no JSON object");
}
