/** Makes the structured log lines of hub and agent readable. */

/**
 * @param {string} line as a part prints it: a JSON object with time, level, event and more, or any text
 * @returns {string} `event key=value …`, behind the level when that is not info; other text as it is, but for
 *   control characters, which are escaped: text of traced programs may be in it
 */
export function readableLine(line) {
  return withoutControls(structured(line));
}

/** @param {string} line */
function structured(line) {
  if (!line.startsWith('{')) return line;
  try {
    const { time: _, level, event, ...rest } = JSON.parse(line);
    if (typeof level !== 'string' || typeof event !== 'string') return line;
    const details = Object.entries(rest).map(([name, value]) => ` ${name}=${readableValue(value)}`);
    return `${level === 'info' ? '' : `${level}: `}${event}${details.join('')}`;
  } catch {
    return line;
  }
}

/** @param {unknown} value */
function readableValue(value) {
  return typeof value === 'string' && /^[!#-<>-~]+$/.test(value) ? value : JSON.stringify(value);
}

/** @param {string} text */
function withoutControls(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
