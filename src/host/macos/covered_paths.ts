/** There are no mount namespaces, and nothing is mounted in a mount of ours. */
export function coveredPaths(_mount: string): Set<string> {
  return new Set();
}
