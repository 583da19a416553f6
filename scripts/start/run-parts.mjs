/** Runs the hub and, once it listens, an agent for this machine; both are kept running. */
import { join } from 'node:path';
import { readableLine } from './log-line.mjs';
import { supervise } from './supervise.mjs';

/**
 * @typedef {object} PartsOptions
 * @property {string[]} hub the hub's command
 * @property {string[]} agent the agent's command, before the options that name hub and credential
 * @property {string} data
 * @property {NodeJS.ProcessEnv} env
 * @property {(line: string) => void} say
 * @property {import('./supervise.mjs').Delays} [delays]
 */

/**
 * @typedef {object} Parts
 * @property {Promise<string>} ready the URL to open, with its token; rejects when the hub ends before it listens
 * @property {Promise<void>} joined when the agent has reached the hub for the first time
 * @property {() => Promise<void>} stop
 */

/**
 * @param {PartsOptions} options
 * @returns {Parts}
 */
export function runParts({ hub, agent, data, env, say, delays }) {
  /** @type {(url: string) => void} */
  let listening = () => {};
  /** @type {(error: Error) => void} */
  let failed = () => {};
  /** @type {Promise<string>} */
  const ready = new Promise((resolve, reject) => {
    listening = resolve;
    failed = reject;
  });
  /** @type {() => void} */
  let agentJoined = () => {};
  /** @type {Promise<void>} */
  const joined = new Promise((resolve) => {
    agentJoined = resolve;
  });
  const hubEnvironment = { ...env, PROBEPAD_DATA: data, PROBEPAD_LOCAL_AGENT: '1' };
  /** @type {import('./supervise.mjs').Supervised | undefined} */
  let agentPart;

  const startAgent = (/** @type {string} */ url) => {
    agentPart = supervise(
      {
        name: 'agent',
        argv: [...agent, ...agentOptions(url, data)],
        env,
        onLine: (line) => {
          say(`agent  ${readableLine(line)}`);
          if (/\bconnected to\b/.test(line)) agentJoined();
        },
        onEvent: say,
      },
      delays,
    );
  };

  const hubPart = supervise(
    {
      name: 'hub',
      argv: hub,
      env: hubEnvironment,
      onLine: (line) => {
        const url = listeningUrl(line);
        if (url === undefined) return say(`hub    ${readableLine(line)}`);
        // A restarted hub says it again, on the same port: the agent finds its way back by itself.
        Object.assign(hubEnvironment, { PROBEPAD_PORT: new URL(url).port || undefined });
        if (agentPart === undefined) startAgent(url);
        listening(url);
      },
      onEvent: (what) => {
        if (agentPart !== undefined) return say(what);
        // It said why on the lines above, and a port in use does not go away by itself.
        failed(new Error('the hub did not start'));
      },
    },
    delays,
  );

  const stop = async () => {
    // The agent first: it tells the hub how its runs ended.
    await agentPart?.stop();
    await hubPart.stop();
  };
  return { ready, joined, stop };
}

/**
 * @param {string} line of the hub's output
 * @returns {string | undefined} where it listens, on the line that says so
 */
export function listeningUrl(line) {
  return /^url: (https?:\/\/\S+)$/.exec(line)?.[1];
}

/**
 * @param {string} url where the hub listens
 * @param {string} data
 * @returns {string[]}
 */
export function agentOptions(url, data) {
  const own = ['--local', '--data', join(data, 'agent')];
  // The hub writes this file at every start; the token in it joins one agent, once.
  const credential = ['--join-file', join(data, 'local-join-token')];
  return [...own, '--hub', `ws://${new URL(url).host}/agent`, ...credential];
}
