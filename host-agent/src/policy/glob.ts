/** Whether `text` matches `glob`, in which `*` stands for any characters. The loader's C twin matches the same way. */
export function matchesGlob(glob: string, text: string): boolean {
  const pieces = glob.split('*').map((piece) => piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(text);
}

export function matchesAny(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => matchesGlob(glob, text));
}
