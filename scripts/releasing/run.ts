/**
 * Runs a program that has to succeed; resolves with what it printed, without the last newline. `codes` are the exit codes
 * that are taken for success.
 */
export async function run(
  command: readonly string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    shown?: boolean;
    codes?: readonly number[];
  } = {},
): Promise<string> {
  const { shown = false, codes = [0], ...rest } = options;
  const output = shown ? "inherit" : "piped";
  const child = new Deno.Command(command[0]!, {
    ...{ args: command.slice(1), stdin: "null", stdout: output, stderr: output },
    ...rest,
  });
  const said = await child.output().catch((error) => {
    throw new Error(`${command[0]} does not run: ${error.message}`);
  });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\n$/, "");
  if (!codes.includes(said.code)) {
    const more = shown ? "" : `\n${text(said.stderr)}`;
    throw new Error(`${command.join(" ")} ended with ${said.code}${more}`);
  }
  return shown ? "" : text(said.stdout);
}
