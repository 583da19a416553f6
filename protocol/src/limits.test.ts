import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_HEADER_SIZE } from './frames.ts';
import { AGENT_IN_FLIGHT, FRAME_PAYLOAD_MAX, MESSAGE_MAX, RESUME_BUFFER } from './limits.ts';

test('what is in flight to the hub is always among what is kept to be sent again, whose memory nobody writes to', () => {
  // A message is sent while less than the first is in flight; the frame that no longer fits into what is kept is let go of whole.
  const inFlight = AGENT_IN_FLIGHT + MESSAGE_MAX;
  const kept = RESUME_BUFFER - (FRAME_HEADER_SIZE + FRAME_PAYLOAD_MAX);
  assert.ok(kept >= inFlight, `${kept} bytes kept, ${inFlight} in flight`);
});
