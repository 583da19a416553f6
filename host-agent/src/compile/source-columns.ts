/** Lines of the user's files by name, for turning the compiler's byte columns into what editors count. */
export type SourceLines = ReadonlyMap<string, readonly string[]>;

export function sourceLines(files: readonly { name: string; text: string }[]): SourceLines {
  return new Map(files.map(({ name, text }) => [name, text.split(/\r\n|\r|\n/)]));
}

/** UTF-16 column, from 1, of byte `column`, from 1, of a line of UTF-8 text. */
export function utf16Column(line: string, column: number): number {
  let bytes = 1;
  let units = 1;
  for (const character of line) {
    if (bytes >= column) return units;
    bytes += Buffer.byteLength(character);
    units += character.length;
  }
  // Past the end of the line (a missing semicolon) or in a line that is not there.
  return units + Math.max(0, column - bytes);
}

/** Column after the word that starts at `column`; one further where no word is. */
export function endOfWord(line: string, column: number): number {
  const word = /^[\p{L}\p{N}_]+/u.exec(line.slice(column - 1))?.[0];
  return column + (word?.length ?? 1);
}
