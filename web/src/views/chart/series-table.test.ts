import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownText } from '@probepad/protocol/export/shown-table';
import { exportOfSeries } from './series-table.ts';

test('the numbers behind a chart are a table, newest first, empty where there is none', () => {
  const series = {
    times: [0, 1],
    lines: [
      { host: '', label: 'reads', values: [null, 2.00049] },
      { host: '', label: '=x', values: [3, 4] },
    ],
    unit: '/s',
  };
  assert.equal(
    shownText('csv', exportOfSeries(series)).join(''),
    "time,reads (/s),'=x (/s)\r\n1970-01-01T00:00:01.000Z,2,4\r\n1970-01-01T00:00:00.000Z,,3\r\n",
  );
});
