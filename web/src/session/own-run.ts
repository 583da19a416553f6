import * as z from 'zod/mini';
import { useWorkspace } from './workspace.ts';

const CHANNEL = 'probepad.own-run';

/** `claimed` asks the other tabs of this browser whether one of them owns the run; one that does answers `held`. */
const ClaimSchema = z.object({ type: z.enum(['claimed', 'held']), run: z.string() });

/** Whether the run on screen is this tab's own: only such a one is ended by a key, or by starting another. */
export function isOwnRun(): boolean {
  const { run, own } = useWorkspace.getState();
  return run !== undefined && run === own;
}

/**
 * Finds out whether the run that this tab owns, as its storage says, is another's: whoever duplicates a tab copies what is stored
 * for it. A reload, where nobody answers, keeps its run. Web Locks would need https. @returns a function that ends it
 */
export function claimOwnRun(): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const say = (message: z.infer<typeof ClaimSchema>): void => channel.postMessage(message);
  channel.onmessage = ({ data }) => {
    const { success, data: message } = ClaimSchema.safeParse(data);
    if (!success || message.run !== useWorkspace.getState().own) return;
    if (message.type === 'held') useWorkspace.setState({ own: undefined });
    else say({ type: 'held', run: message.run });
  };
  const { own } = useWorkspace.getState();
  if (own !== undefined) say({ type: 'claimed', run: own });
  return () => channel.close();
}
