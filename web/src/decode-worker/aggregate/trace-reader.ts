import { escapeControls } from '@probepad/protocol/values/escape';
import { textOf } from '@probepad/protocol/values/value';
import { wordOf } from '../store/records.ts';
import type { RecordReader } from './record-reader.ts';

/** A reader of trace lines (see `TRACE_FIELDS`), which have no numbers of their own: `split` is `comm`, `pid` or `cpu`. */
export function createTraceReader(split: string | undefined): RecordReader {
  return {
    value: () => Number.NaN,
    values: () => 0,
    key(bytes, view, start) {
      switch (split) {
        case 'comm':
          return escapeControls(textOf(bytes, start + 12, start + 28)) || '(empty)';
        case 'pid':
          return String(view.getUint32(start + 8, true));
        case 'cpu':
          return String(wordOf(view, start));
        default:
          return '';
      }
    },
  };
}
