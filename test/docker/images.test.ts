import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCommand } from '../../scripts/command.mjs';
import { inRepository, ROOT } from '../../scripts/repository.mjs';
import { boundingSet, LOADER_CAPABILITIES } from '../../scripts/setup/loader.mjs';
import { startProcess } from '../stack/process.ts';
import { ensureBaseImages } from './base-images.ts';
import { type Compose, readCompose } from './deployment.ts';
import {
  buildImage,
  type Container,
  engineMissing,
  imageConfig,
  startContainer,
  tidyStorage,
} from './engine.ts';
import { npmSettings } from './npm-settings.ts';

/** Bases, packages and the web app from nothing, on a busy 2-core machine. */
const BUILD_MS = 1_500_000;
const SHORT = { timeout: 120_000 };

const HUB = 'localhost/probepad-hub:test';
const AGENT = 'localhost/probepad-agent:test';
const SECCOMP = inRepository('docker/seccomp.json');
/** Buildah mounts what an image calls a volume itself, so data that a test looks at lies elsewhere. */
const AGENT_DATA = 'PROBEPAD_AGENT_DATA=/mnt/agent';
const HELLO = '/probepad/bpf-templates/hello/hello.bpf.c';

describe('images', { skip: engineMissing() ?? false }, () => {
  let folder: string;
  let compose: Compose;

  before(
    async () => {
      folder = mkdtempSync(join(tmpdir(), 'probepad-images-'));
      compose = await readCompose();
      await tidyStorage();
      await ensureBaseImages();
      const { npmrc, volumes } = await npmSettings(folder);
      const build = (dockerfile: string, tag: string): Promise<void> =>
        buildImage({
          ...{ dockerfile, tag, volumes, context: ROOT, timeoutMs: BUILD_MS },
          secrets: [{ id: 'npmrc', path: npmrc }],
        });
      await build(compose.services.agent.build.dockerfile, AGENT);
      await build(compose.services.hub.build.dockerfile, HUB);
    },
    { timeout: 2 * BUILD_MS },
  );
  after(async () => {
    await tidyStorage();
    rmSync(folder, { recursive: true, force: true });
  }, SHORT);

  test('neither image runs as root, and no registry setting stays in them', SHORT, async () => {
    for (const image of [HUB, AGENT]) {
      const { User, Env } = await imageConfig(image);
      assert.ok(['node', 'probepad'].includes(User ?? ''), `${image} runs as ${User}`);
      assert.ok(!Env.some((variable) => /npm|registry/i.test(variable)), Env.join(' '));
      await using container = await startContainer(image, { capabilities: [] });
      const looking = 'cat /root/.npmrc "$HOME/.npmrc" 2>/dev/null; id -u';
      const { stdout } = await runCommand(container.command(['sh', '-c', looking]));
      assert.equal(stdout.trim(), '1000');
    }
  });

  describe('the agent image, with what compose.yaml gives it', () => {
    let agent: Container;
    let data: string;
    before(async () => {
      agent = await startContainer(AGENT, { capabilities: capabilitiesHere(compose), seccomp: SECCOMP });
      data = folderForUser(folder, 'agent');
    }, SHORT);
    after(async () => {
      await agent[Symbol.asyncDispose]();
    }, SHORT);

    const mounts = (): string[] => [
      `${data}:/mnt/agent`,
      '/sys/kernel/btf:/sys/kernel/btf:ro',
      '/sys/kernel/tracing:/sys/kernel/tracing',
    ];
    const run = (argv: string[]) =>
      runCommand(agent.command(['env', AGENT_DATA, 'probepad', ...argv], mounts()), { timeoutMs: 100_000 });

    test('compiles every template', { timeout: 400_000 }, async () => {
      for (const template of readdirSync(inRepository('bpf-templates'))) {
        const { code, stdout, stderr } = await run(['check', `bpf-templates/${template}/${template}.bpf.c`]);
        assert.equal(code, 0, `${template}\n${stdout}${stderr}`);
      }
    });

    test('finds a mistake', SHORT, async () => {
      const script = `mkdir -p /tmp/x && echo 'int x = missing;' > /tmp/x/bad.bpf.c && ${AGENT_DATA} probepad check /tmp/x/bad.bpf.c`;
      const { code, stderr } = await runCommand(agent.command(['sh', '-c', script], mounts()), {
        timeoutMs: 100_000,
      });
      assert.equal(code, 1);
      assert.match(stderr, /bad\.bpf\.c:1:9.*missing/);
    });

    test('runs a probe on this kernel', SHORT, async () => {
      const ended = run(['run', HELLO, '--for', '3s', '--json']);
      // Something to see: containers are processes as any other.
      const busy = setInterval(() => void runCommand(['true']), 100);
      const { code, stdout, stderr } = await ended;
      clearInterval(busy);
      assert.equal(code, 0, stdout.slice(-3000) + stderr);
      assert.match(stdout, /"kind":"trace".*hello, true \(pid \d+\)/);
      assert.match(stdout, /"kind":"end".*"reason":"time_limit"/);
    });
  });

  test(
    'the hub image serves, and the agent image joins it with the token that it leaves',
    SHORT,
    async () => {
      const port = '17878';
      const hubData = folderForUser(folder, 'hub');
      const agentData = folderForUser(folder, 'joining-agent');
      await using hub = await startContainer(HUB, { capabilities: [] });
      await using agent = await startContainer(AGENT, {
        capabilities: capabilitiesHere(compose),
        seccomp: SECCOMP,
      });
      const environment = [
        ...[
          `PROBEPAD_PORT=${port}`,
          'PROBEPAD_HOST=127.0.0.1',
          'PROBEPAD_LOCAL_AGENT=1',
          'PROBEPAD_DATA=/mnt/hub',
        ],
      ];
      const command = (await imageConfig(HUB)).Cmd ?? [];
      const serving = startContainerProcess(
        hub.command(['env', ...environment, 'timeout', '100', ...command], [`${hubData}:/mnt/hub`]),
      );
      try {
        await serving.waitFor(/url: http:\/\/127\.0\.0\.1:17878\S+/, 60_000);
        const health = await fetch(`http://127.0.0.1:${port}/healthz`);
        assert.equal(health.status, 200);
        const url = serving.output().match(/url: (\S+)/)?.[1] ?? '';
        const signIn = await fetch(url, { redirect: 'manual' });
        const cookie = signIn.headers
          .getSetCookie()
          .map((one) => one.split(';', 1)[0])
          .join('; ');
        const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } });
        assert.equal(page.status, 200);
        assert.match(await page.text(), /<script[^>]* src="\/_next\//);

        const joinToken = join(hubData, 'local-join-token');
        assert.ok(existsSync(joinToken));
        const joining = (compose.services.agent.command ?? []).map((word) => word.replace('7878', port));
        const running = startContainerProcess(
          agent.command(
            ['env', AGENT_DATA, 'timeout', '60', 'probepad', ...joining],
            [`${agentData}:/mnt/agent`, `${hubData}:/hub:ro`, '/sys/kernel/btf:/sys/kernel/btf:ro'],
          ),
        );
        try {
          // The hub deletes the token once it has been used.
          while (existsSync(joinToken)) await oneMore(running.exited);
        } finally {
          await running.stop();
        }
      } finally {
        await serving.stop();
      }
      assert.ok(!readFileSync('/proc/mounts', 'utf8').includes(hubData), 'a mount is left');
    },
  );
});

/** Those that the agent gets in compose.yaml and that this machine has to give. */
function capabilitiesHere({ services }: Compose): string[] {
  const here = boundingSet(readFileSync('/proc/self/status', 'utf8'));
  const known = new Set(LOADER_CAPABILITIES);
  return (services.agent.cap_add ?? []).filter((name) => {
    const capability = `cap_${name.toLowerCase()}`;
    return !known.has(capability) || here.has(capability);
  });
}

/** A volume as an engine makes it for an image's folder: the image's user owns it. */
function folderForUser(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path);
  chownSync(path, 1000, 1000);
  // The way there is for the user as well.
  chmodSync(parent, 0o755);
  return path;
}

function startContainerProcess(argv: string[]): ReturnType<typeof startProcess> {
  const [file = '', ...rest] = argv;
  return startProcess(file, rest);
}

/** A moment; throws when the process has ended meanwhile. */
async function oneMore(exited: Promise<number | null>): Promise<void> {
  const ended = await Promise.race([
    exited,
    new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 100)),
  ]);
  if (ended !== undefined) throw new Error(`the agent ended with ${ended} before it joined`);
}
