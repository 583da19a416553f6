import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentHello } from '@probepad/protocol/control/agent';
import type { Host, HostFacts } from '@probepad/protocol/control/host';
import { fail, probepadError } from '@probepad/protocol/errors';
import { JOIN_TOKEN_LIFETIME } from '@probepad/protocol/limits';
import type { AgentConnection } from './agent-connection.ts';
import { hashOf, newId, newToken, sameSecret } from './auth/tokens.ts';
import type { Bus } from './bus.ts';
import type { StoredHost } from './store/hosts.ts';
import type { Store } from './store/store.ts';

/** The hosts of this hub: which there are, how they come in, and which are connected. */
export interface Hosts {
  list(): Host[];
  find(id: string): StoredHost | undefined;
  connection(id: string): AgentConnection | undefined;
  /** @throws ProbepadFailure not_found or host_offline */
  connected(id: string): AgentConnection;
  /** Makes room for a host and a single-use token with which it may join. */
  invite(name: string, user: string): Promise<{ host: string; token: string; expires: number }>;
  /** Forgets the host, ends its connection and forbids its return. @throws ProbepadFailure not_found */
  revoke(id: string, user: string): Promise<void>;
  /**
   * Who an agent is, by its hello.
   * @returns the host, and its new credential when it joined just now
   * @throws ProbepadFailure bad_join_token, unauthenticated or revoked
   */
  admit(hello: AgentHello): Promise<{ host: StoredHost; credential?: string }>;
  /** @throws ProbepadFailure revoked, when it was removed since it was admitted */
  attach(connection: AgentConnection): void;
  /** Forgets the connection unless a newer one has taken its place. @returns whether the host is offline now */
  detach(connection: AgentConnection): boolean;
  /** New facts; a host that was heard of. */
  saveFacts(id: string, facts: HostFacts): Promise<void>;
  heard(id: string): void;
  /** Writes `<data>/local-join-token` for the agent of this machine. */
  writeLocalJoinToken(): Promise<void>;
  /** Keeps when each connected host was last heard of. */
  close(): Promise<void>;
}

/** The local agent is started after the hub, maybe by hand; a token in a private file may wait a day. */
const LOCAL_JOIN_LIFETIME = 24 * 3_600_000;
/** `host` of the local agent's join token: which host it is shows when it comes, by its hostname. */
const LOCAL = 'local';

/** What a host is called that was invited without a name, until it comes and says its hostname. */
const UNNAMED = 'unnamed';

function isUnnamed(name: string): boolean {
  return name === UNNAMED || name.startsWith(`${UNNAMED}-`);
}

export async function hostRegistry(store: Store, bus: Bus, data: string): Promise<Hosts> {
  await store.hosts.forgetExpired(Date.now());
  const hosts = new Map((await store.hosts.list()).map((host) => [host.id, host]));
  const connections = new Map<string, AgentConnection>();
  /** Removed since the start: one that is just being admitted must not bring its host back. */
  const removed = new Set<string>();
  const localTokenFile = join(data, 'local-join-token');

  function freeName(wanted: string, except?: string): string {
    const taken = new Set([...hosts.values()].filter(({ id }) => id !== except).map(({ name }) => name));
    // Hosts name themselves, and names are printed in terminals.
    const name = wanted.replaceAll(/\p{C}/gu, '').trim().slice(0, 63) || UNNAMED;
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
    return free;
  }

  function newHost(name: string, local: boolean): StoredHost {
    const now = Date.now();
    return { id: newId(), name: freeName(name), local, created: now, lastSeen: 0, revoked: false };
  }

  /** @throws ProbepadFailure revoked */
  async function save(host: StoredHost): Promise<void> {
    if (removed.has(host.id)) fail('revoked', `connecting ${host.name}: it was removed`);
    hosts.set(host.id, host);
    await store.hosts.save(host);
    bus.publish({ type: 'hosts' });
  }

  async function admitJoin(
    token: string,
    facts: HostFacts,
  ): Promise<{ host: StoredHost; credential: string }> {
    const outcome = await store.hosts.takeJoinToken(hashOf(token), Date.now());
    if (outcome.result !== 'joined') {
      fail(
        'bad_join_token',
        `joining: the token is ${outcome.result === 'used' ? 'used up' : outcome.result}`,
      );
    }
    let host: StoredHost | undefined;
    if (outcome.local) {
      host = [...hosts.values()].find((one) => one.local && one.facts?.hostname === facts.hostname);
      if (host === undefined) {
        host = newHost(facts.hostname, true);
        await store.hosts.add(host);
      }
      await rm(localTokenFile, { force: true });
    } else {
      host = hosts.get(outcome.host);
    }
    if (host === undefined) fail('bad_join_token', 'joining: the host was removed');
    const secret = newToken();
    const name = isUnnamed(host.name) ? freeName(facts.hostname, host.id) : host.name;
    const joined = { ...host, name, credential: hashOf(secret), facts, lastSeen: Date.now() };
    await save(joined);
    return { host: joined, credential: `${host.id}.${secret}` };
  }

  async function admitCredential(credential: string, facts: HostFacts): Promise<{ host: StoredHost }> {
    const [id = '', secret = ''] = credential.split('.', 2);
    const host = hosts.get(id) ?? (await store.hosts.find(id));
    const known = host?.credential;
    const matches = sameSecret(hashOf(secret), known ?? '');
    if (host === undefined || known === undefined || !matches) {
      fail('unauthenticated', 'connecting an agent: its credential is not known');
    }
    if (host.revoked) fail('revoked', `connecting ${host.name}: it was removed`);
    const seen = { ...host, facts, lastSeen: Date.now() };
    await save(seen);
    return { host: seen };
  }

  return {
    list() {
      return [...hosts.values()]
        .map((host) => ({
          id: host.id,
          name: host.name,
          online: connections.has(host.id),
          local: host.local,
          ...(host.facts !== undefined && { facts: host.facts }),
          lastSeen: host.lastSeen,
        }))
        .sort(
          (left, right) => Number(right.local) - Number(left.local) || left.name.localeCompare(right.name),
        );
    },
    find: (id) => hosts.get(id),
    connection: (id) => connections.get(id),
    connected(id) {
      const host = hosts.get(id);
      if (host === undefined) fail('not_found', `looking for host ${id.slice(0, 64)}`);
      const connection = connections.get(id);
      if (connection === undefined) fail('host_offline', `reaching ${host.name}: it is offline`);
      return connection;
    },
    async invite(name, user) {
      const now = Date.now();
      await store.hosts.forgetExpired(now);
      const kept = new Set((await store.hosts.list()).map(({ id }) => id));
      for (const id of hosts.keys()) if (!kept.has(id)) hosts.delete(id);
      const host = newHost(name, false);
      const token = newToken();
      const expires = now + JOIN_TOKEN_LIFETIME;
      await store.hosts.add(host);
      await store.hosts.addJoinToken(hashOf(token), host.id, false, expires);
      hosts.set(host.id, host);
      await store.audit.append({ user, action: 'host.invited', host: host.id, detail: { name: host.name } });
      bus.publish({ type: 'hosts' });
      return { host: host.id, token, expires };
    },
    async revoke(id, user) {
      const host = hosts.get(id);
      if (host === undefined) fail('not_found', `removing host ${id.slice(0, 64)}`);
      hosts.delete(id);
      removed.add(id);
      await store.hosts.revoke(id, Date.now());
      await store.audit.append({ user, action: 'host.revoked', host: id, detail: { name: host.name } });
      const connection = connections.get(id);
      connection?.send({ type: 'refused', error: probepadError('revoked', `removing ${host.name}`) });
      connection?.close(1008, 'revoked');
      bus.publish({ type: 'hosts' });
    },
    async admit(hello) {
      if ((hello.join === undefined) === (hello.credential === undefined)) {
        fail('bad_message', 'reading a hello: exactly one of join and credential is needed');
      }
      if (hello.join === undefined) return admitCredential(hello.credential ?? '', hello.facts);
      const joined = await admitJoin(hello.join, hello.facts);
      const { id, name, local } = joined.host;
      await store.audit.append({ user: name, action: 'host.joined', host: id, detail: { name, local } });
      return joined;
    },
    attach(connection) {
      if (!hosts.has(connection.host)) fail('revoked', 'connecting a host that was removed just now');
      const older = connections.get(connection.host);
      connections.set(connection.host, connection);
      older?.close(4001, 'replaced by a newer connection');
      bus.publish({ type: 'hosts' });
    },
    detach(connection) {
      if (connections.get(connection.host) !== connection) return false;
      connections.delete(connection.host);
      const host = hosts.get(connection.host);
      if (host !== undefined) void store.hosts.touch(host.id, host.lastSeen).catch(() => {});
      bus.publish({ type: 'hosts' });
      return true;
    },
    async saveFacts(id, facts) {
      const host = hosts.get(id);
      if (host !== undefined) await save({ ...host, facts, lastSeen: Date.now() });
    },
    heard(id) {
      const host = hosts.get(id);
      if (host !== undefined) host.lastSeen = Date.now();
    },
    async writeLocalJoinToken() {
      const token = newToken();
      await store.hosts.dropLocalJoinTokens();
      await store.hosts.addJoinToken(hashOf(token), LOCAL, true, Date.now() + LOCAL_JOIN_LIFETIME);
      await rm(localTokenFile, { force: true });
      writeFileSync(localTokenFile, `${token}\n`, { mode: 0o600, flag: 'wx' });
    },
    async close() {
      for (const id of connections.keys()) {
        const host = hosts.get(id);
        if (host !== undefined) await store.hosts.touch(id, host.lastSeen);
      }
    },
  };
}
