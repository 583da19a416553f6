/** Joins class names, leaving out what is false or absent. */
export function names(...parts: (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(' ');
}
