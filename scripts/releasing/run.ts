/** Runs a program that has to succeed; resolves with what it printed, without the last newline. */
export async function run(
  command: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; shown?: boolean } = {},
): Promise<string> {
  const { shown = false, ...rest } = options;
  const output = shown ? "inherit" : "piped";
  const child = new Deno.Command(command[0]!, {
    ...{ args: command.slice(1), stdin: "null", stdout: output, stderr: output },
    ...rest,
  });
  const said = await child.output().catch((error) => {
    throw new Error(`${command[0]} does not run: ${error.message}`);
  });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\n$/, "");
  if (said.code !== 0) {
    const more = shown ? "" : `\n${text(said.stderr)}`;
    throw new Error(`${command.join(" ")} ended with ${said.code}${more}`);
  }
  return shown ? "" : text(said.stdout);
}
