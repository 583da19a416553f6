/**
 * Text with every control character made visible: C0 as its Unicode picture (ESC is ␛), DEL, C1 and the characters that
 * reorder or hide text as `\u{…}`. Probe output is data and may not steer a terminal or a page.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\\u{${code.toString(16)}}`;
  });
}

/** Text of several lines, each of them like `escapeControls`. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}
