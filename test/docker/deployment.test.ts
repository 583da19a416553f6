import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../scripts/repository.mjs';
import { LOADER_CAPABILITIES } from '../../scripts/setup/loader.mjs';
import { readCompose, readKubernetes } from './deployment.ts';

const LOADER = LOADER_CAPABILITIES.map((name) => name.replace('cap_', '').toUpperCase()).sort();

test('the hub in compose.yaml has no privileges and listens on loopback only', async () => {
  const { hub } = (await readCompose()).services;
  assert.deepEqual(hub.cap_drop, ['ALL']);
  assert.equal(hub.cap_add, undefined);
  assert.equal(hub.privileged, undefined);
  assert.equal(hub.pid, undefined);
  assert.equal(hub.network_mode, undefined);
  assert.deepEqual(hub.security_opt, ['no-new-privileges:true']);
  assert.deepEqual(hub.ports, ['127.0.0.1:7878:7878']);
  assert.deepEqual(hub.volumes, ['hub:/data']);
});

test('the agent in compose.yaml has the loader’s capabilities and no others', async () => {
  const { agent } = (await readCompose()).services;
  assert.equal(agent.privileged, undefined);
  assert.deepEqual(agent.cap_drop, ['ALL']);
  assert.deepEqual(agent.cap_add?.toSorted(), LOADER);
  assert.equal(agent.pid, 'host');
  assert.equal(agent.network_mode, 'host');
  const writable = agent.volumes.filter((volume) => !volume.endsWith(':ro'));
  assert.deepEqual(writable, [
    'agent:/var/lib/probepad',
    '/sys/kernel/tracing:/sys/kernel/tracing',
    '/sys/fs/cgroup:/sys/fs/cgroup',
  ]);
});

test('what compose.yaml names is there', async () => {
  const { services, volumes } = await readCompose();
  const folder = dirname(inRepository('docker/compose.yaml'));
  for (const { build, volumes: mounts, security_opt: security } of Object.values(services)) {
    const context = join(folder, build.context);
    assert.ok(existsSync(join(context, build.dockerfile)), build.dockerfile);
    for (const mount of mounts) {
      const source = mount.split(':', 1)[0] ?? '';
      if (!source.startsWith('/')) assert.ok(source in volumes, `volume ${source}`);
    }
    for (const option of security) {
      const profile = /^seccomp=(\..*)$/.exec(option)?.[1];
      if (profile) assert.ok(JSON.parse(readFileSync(join(folder, profile), 'utf8')).defaultAction);
    }
  }
});

test('the DaemonSet gives its agent what compose.yaml gives, and no more', async () => {
  const objects = await readKubernetes();
  const { spec } = objects.find(({ kind }) => kind === 'DaemonSet') ?? {};
  assert.ok(spec);
  const pod = spec.template.spec;
  const [agent, ...others] = pod.containers;
  assert.ok(agent);
  assert.equal(others.length, 0);
  assert.equal(agent.securityContext.privileged, undefined);
  assert.deepEqual(agent.securityContext.capabilities?.drop, ['ALL']);
  assert.deepEqual(agent.securityContext.capabilities?.add?.toSorted(), LOADER);
  assert.notEqual(pod.securityContext.runAsUser, 0);
  for (const { securityContext } of pod.initContainers) {
    assert.deepEqual(securityContext.capabilities, { drop: ['ALL'], add: ['CHOWN'] });
  }
  const volumes = new Set(pod.volumes.map(({ name }) => name));
  for (const { volumeMounts } of [...pod.containers, ...pod.initContainers]) {
    for (const { name } of volumeMounts) assert.ok(volumes.has(name), `volume ${name}`);
  }
  const compose = (await readCompose()).services.agent;
  const fromHost = pod.volumes.flatMap(({ hostPath }) => hostPath?.path ?? []);
  const inCompose = compose.volumes
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((path) => path.startsWith('/'));
  // The node's own data folder takes the place of a volume.
  const system = fromHost.filter((path) => /^\/(sys|etc)\//.test(path));
  assert.deepEqual(system.sort(), inCompose.sort());
});

test('the image’s loader may have exactly these capabilities', () => {
  const dockerfile = readFileSync(inRepository('docker/agent.Dockerfile'), 'utf8');
  const granted = /setcap (\S+)=p/.exec(dockerfile)?.[1]?.split(',') ?? [];
  assert.deepEqual(granted.sort(), LOADER_CAPABILITIES.toSorted());
});
