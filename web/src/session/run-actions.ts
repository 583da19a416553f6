import type { Probe as ProbeInput } from '@probepad/protocol/control/run';
import { errorOf, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import { MAP_INTERVAL } from '@probepad/protocol/limits';
import { putCheck, UNCHECKED, useCheck } from './check.ts';
import { leadingHost, runsSavedOnly, useSession } from './hosts.ts';
import { isOwnRun } from './own-run.ts';
import { isLive, keepOnly, putStarted, putWatched, useRuns } from './runs.ts';
import { knowStream, request, theDecoder } from './session.ts';
import { askForProbe, hasProgram, mainFile, openProbe, useWorkspace } from './workspace.ts';

/** The probe on screen as a request takes it: the file to compile first. */
export function probeInput(): ProbeInput {
  const { files, settings } = useWorkspace.getState();
  const main = mainFile(files);
  return {
    files: [...files].sort((a, b) => Number(b.name === main) - Number(a.name === main)),
    flags: settings.flags,
    params: settings.params,
    attach: settings.attach,
    limits: { seconds: settings.seconds, events: 0, cpus: settings.cpus ?? 0 },
    mapInterval: MAP_INTERVAL,
    ...(settings.exported && { exported: true }),
  };
}

/** Compiles the text on screen on the leading host, for squiggles and forms. Only the newest answer counts. */
export async function checkProbe(): Promise<void> {
  const host = leadingHost(useSession.getState().hosts, useWorkspace.getState().hosts);
  if (!host?.online || !probeInput().files[0]?.text.trim()) return;
  const turn = ++checkTurn;
  const { opening } = useWorkspace.getState();
  useCheck.setState({ checking: true });
  try {
    const result = await request('compile', { host: host.id, probe: probeInput() });
    if (turn === checkTurn) putCheck(result, opening);
  } catch (thrown) {
    if (turn === checkTurn) useCheck.setState({ checking: false, error: errorOf(thrown) });
  }
}

let checkTurn = 0;

/** Takes back what is known of another text, also what is still to be answered. */
export function forgetCheck(): void {
  checkTurn++;
  useCheck.setState(UNCHECKED);
}

/** A run that goes on with nobody here to watch it. */
export interface LeftRun {
  id: string;
  name: string;
}

/**
 * Starts the probe on screen on the chosen hosts. A run of this tab that is on screen is stopped first, another's goes on.
 * @returns this tab's run before it, when that goes on because another's is on screen
 */
export async function startRun(): Promise<LeftRun | undefined> {
  if (useRuns.getState().starting || !hasProgram(useWorkspace.getState())) return undefined;
  const { own } = useWorkspace.getState();
  const stopping = isOwnRun();
  const error = await tryStart();
  useRuns.setState({ error });
  return error === undefined && own !== undefined && !stopping ? goingOn(own) : undefined;
}

/** @returns what went wrong */
async function tryStart(): Promise<ProbepadError | undefined> {
  const { hosts: chosen, name, origin, dirty } = useWorkspace.getState();
  const probe = probeInput();
  const { hosts } = useSession.getState();
  const online = chosen.filter((id) => hosts.find((host) => host.id === id)?.online);
  if (online.length === 0) {
    return probepadError(
      'host_offline',
      chosen.length === 0 ? 'no host is chosen' : 'none of the chosen hosts is online',
    );
  }
  useRuns.setState({ starting: true, error: undefined });
  askForProbe();
  try {
    if (isOwnRun()) await stopRun();
    // Whoever may run nothing but what is saved names it always, for other parameters are allowed: the hub compares the rest.
    const named = origin.kind === 'snippet' && (!dirty || runsSavedOnly(useSession.getState()));
    const info = await request('run.start', {
      hosts: online,
      name,
      probe,
      ...(named ? { snippet: { id: origin.id, revision: origin.revision } } : {}),
    });
    // Read only now: another run may have been opened in the meantime.
    const before = useWorkspace.getState().run;
    putStarted(info);
    useWorkspace.setState({ run: info.id, own: info.id });
    // The address named the run that was watched here before.
    if (location.pathname.startsWith('/r/')) history.replaceState(history.state, '', '/');
    useRuns.setState({ starting: false });
    if (before !== undefined && before !== info.id) leaveRun(before);
    putWatched(await request('run.watch', { run: info.id }));
    return undefined;
  } catch (thrown) {
    return errorOf(thrown);
  } finally {
    useRuns.setState({ starting: false });
    keepOnly(useWorkspace.getState().run);
  }
}

/** A run that is not on screen, if it goes on. To ask for it is to watch it, for a moment. */
async function goingOn(id: string): Promise<LeftRun | undefined> {
  try {
    const { name, statuses } = await request('run.watch', { run: id });
    if (useWorkspace.getState().run !== id) leaveRun(id);
    return statuses.some(({ state }) => state !== 'ended') ? { id, name } : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the run on screen. @returns what went wrong */
export async function stopRun(): Promise<ProbepadError | undefined> {
  const { run } = useWorkspace.getState();
  if (run === undefined || !isLive(useRuns.getState().runs[run])) return undefined;
  return endRun(run);
}

/** Ends a run, on screen or not, on every host. @returns what went wrong */
export async function endRun(run: string): Promise<ProbepadError | undefined> {
  try {
    await request('run.stop', { run });
    return undefined;
  } catch (thrown) {
    return errorOf(thrown);
  }
}

function leaveRun(run: string): void {
  theDecoder().forget(run);
  void request('run.unwatch', { run }).catch(() => undefined);
}

/** Shows a run that somebody started: its program in the editor, its results beside. @throws ProbepadFailure */
export async function openRun(id: string): Promise<{ shelved: boolean }> {
  const info = await request('run.watch', { run: id });
  putWatched(info);
  for (const status of info.statuses) knowStream(status);
  const { run: before, origin } = useWorkspace.getState();
  if (before !== undefined && before !== id) leaveRun(before);
  useWorkspace.setState({ run: id, hosts: info.statuses.map((status) => status.host) });
  keepOnly(id);
  if (origin.kind === 'run' && origin.id === id) return { shelved: false };
  const { files, flags, params, attach, limits, exported = false } = info.probe;
  const settings = {
    params,
    attach,
    flags,
    seconds: limits.seconds,
    cpus: limits.cpus,
    ...(exported && { exported }),
    views: {},
  };
  return { shelved: openProbe({ name: info.name, files, settings, origin: { kind: 'run', id } }) };
}
