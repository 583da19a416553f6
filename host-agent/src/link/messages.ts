import type { AgentEvent } from '@probepad/protocol/control/agent';
import { MESSAGE_MAX } from '@probepad/protocol/limits';

/** The text of a control message, or undefined when it would be over MESSAGE_MAX. */
export function textOfMessage(message: unknown): string | undefined {
  const text = JSON.stringify(message);
  return Buffer.byteLength(text) <= MESSAGE_MAX ? text : undefined;
}

/** How many diagnostics and remarks are left when a status with all of them is too large for a message. */
const KEPT = 50;

/** An event cut down to what fits a message: the first diagnostics and remarks of a status. */
export function textOfEvent(event: AgentEvent): string | undefined {
  const whole = textOfMessage(event);
  if (whole !== undefined || event.type !== 'run.status') return whole;
  const { status } = event;
  return textOfMessage({
    ...event,
    status: {
      ...status,
      diagnostics: status.diagnostics.slice(0, KEPT),
      remarks: status.remarks.slice(0, KEPT).map((remark) => remark.slice(0, 1000)),
    },
  });
}
