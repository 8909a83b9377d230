/** The socket beside the control socket, whose path is as long. */
export function recordSocketPath(control: string): string {
  return `${control.replace(/\.sock$/, "")}.seen`;
}
