import styles from './table.module.css';

/** The control characters 0 … 31 by their ASCII names; DEL is U+2421. */
const NAMES =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  );
const PICTURE = /[\u2400-\u241f]/;
const PICTURES = /([\u2400-\u241f])/;

/**
 * Text of a probe, as text. Control characters come as Unicode pictures (␛), for which many machines have no glyph: those
 * are drawn as their names, and stay what they are for copying and for screen readers.
 */
export function CellText({ text }: { text: string }) {
  if (!PICTURE.test(text)) return text;
  return text.split(PICTURES).map((part, at) =>
    at % 2 === 1 ? (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: parts never change places
        key={at}
        className={styles.control}
        data-name={NAMES[part.charCodeAt(0) - 0x2400]}
      >
        {part}
      </span>
    ) : (
      part
    ),
  );
}
