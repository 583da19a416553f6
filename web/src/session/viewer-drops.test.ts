import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { withOwnDrops } from './viewer-drops.ts';

test('what this page dropped was not delivered, and the sum stays what it is', () => {
  const schema = sampleSchema({
    sources: [sampleSource({ id: 0, name: 'events' }), sampleSource({ id: 4, name: 'trace' })],
  });
  const dropped = { kernel: 1, agent: 2, hub: 3, viewer: 4 };
  const counts = {
    stream: 1,
    sources: {
      events: { produced: 110, delivered: 100, dropped },
      trace: { produced: 5, delivered: 5, dropped: { ...dropped, kernel: 0, agent: 0, hub: 0, viewer: 0 } },
    },
  };
  const { events, trace } = withOwnDrops(counts, schema, new Map([[0, 30]])).sources;
  assert.deepEqual(events, { produced: 110, delivered: 70, dropped: { ...dropped, viewer: 34 } });
  assert.deepEqual(trace, counts.sources.trace);
});
