/** A line that has no end is shown in pieces of this size, bytes. */
const LONGEST_LINE = 64 * 1024;

const NEWLINE = 0x0a;

/**
 * Writes what comes from `input`, each line with `label` before it, so that lines of several that write at the same time are
 * told apart and never mixed. Resolves at the end.
 *
 * @param write writes all of what it is given
 */
export async function labelledLines(
  input: ReadableStream<Uint8Array>,
  label: string,
  write: (bytes: Uint8Array) => void,
): Promise<void> {
  const prefix = new TextEncoder().encode(label);
  let begun = new Uint8Array(0);
  const line = (bytes: Uint8Array) => {
    const whole = new Uint8Array(prefix.length + bytes.length + 1);
    whole.set(prefix);
    whole.set(bytes, prefix.length);
    whole[whole.length - 1] = NEWLINE;
    write(whole);
  };
  for await (const chunk of input) {
    let rest = begun.length === 0 ? chunk : joined(begun, chunk);
    while (true) {
      const at = rest.indexOf(NEWLINE);
      const end = at < 0 ? LONGEST_LINE : Math.min(at, LONGEST_LINE);
      if (at < 0 && rest.length < end) break;
      line(rest.subarray(0, end));
      rest = rest.subarray(end === at ? end + 1 : end);
    }
    begun = rest.slice();
  }
  if (begun.length > 0) line(begun);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
