/** Characters of one message: as JSON even control characters, six bytes each, stay well below MESSAGE_MAX. */
export const INPUT_MAX = 64 * 1024;

/** Input in pieces that a message can hold, no character cut in two. */
export function inputPieces(data: string, most = INPUT_MAX): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < data.length) {
    let end = Math.min(data.length, start + most);
    if (end < data.length && isHighSurrogate(data.charCodeAt(end - 1))) end--;
    pieces.push(data.slice(start, end));
    start = end;
  }
  return pieces;
}

/** The first half of a character that UTF-16 holds in two. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
