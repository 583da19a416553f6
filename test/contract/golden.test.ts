/** Frames and specs that C and TypeScript each write and the other reads: host-agent/loader/test/golden. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import {
  encodeFrame,
  FRAME_KINDS,
  type FrameHeader,
  type FrameKind,
  framesOf,
} from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { LoaderSetupSchema, LoaderSpecSchema, TRACE_TAG_PLACEHOLDER } from '@probepad/protocol/loader';
import * as z from 'zod/mini';

const LOADER = resolve(import.meta.dirname, '../../host-agent/loader');
const FRAMES = join(LOADER, 'test/golden/frames.json');
const SETUP = join(LOADER, 'test/golden/setup.json');
const SPEC = join(LOADER, 'test/golden/spec.json');
const BUILD_TIMEOUT = { timeout: 180_000 };

const GoldenSchema = z.object({
  frames: z.array(
    z.object({
      name: z.enum(Object.keys(FRAME_KINDS) as [FrameKind, ...FrameKind[]]),
      kind: z.number(),
      flags: z.number(),
      source: z.number(),
      stream: z.number(),
      count: z.number(),
      aux: z.number(),
      seq: z.string(),
      lost: z.string(),
      time_ns: z.string(),
      payload: z.string(),
    }),
  ),
});

const golden = GoldenSchema.parse(JSON.parse(readFileSync(FRAMES, 'utf8'))).frames.map((entry) => {
  const payload = Buffer.from(entry.payload, 'hex');
  const header: FrameHeader = {
    kind: entry.name,
    flags: entry.flags,
    source: entry.source,
    stream: entry.stream,
    count: entry.count,
    aux: entry.aux,
    seq: BigInt(entry.seq),
    lost: BigInt(entry.lost),
    timeNs: BigInt(entry.time_ns),
    length: payload.length,
  };
  return { name: entry.name, kind: entry.kind, header, payload };
});

let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'probepad-golden-'));
  run('make', ['-C', LOADER, 'golden']);
}, BUILD_TIMEOUT);
after(() => rmSync(folder, { recursive: true }));

test('every kind of frame has a golden copy', () => {
  assert.deepEqual(
    golden.map(({ name, kind }) => [name, kind]),
    Object.entries(FRAME_KINDS),
  );
});

test('TypeScript reads the frames that C writes', () => {
  run(join(LOADER, 'build/golden-writer'), [FRAMES, folder]);
  for (const { name, header, payload } of golden) {
    const frames = [...framesOf(readFileSync(join(folder, `${name}.frame`)), FRAME_PAYLOAD_MAX)];
    assert.equal(frames.length, 1);
    assert.deepEqual(frames[0]?.header, header);
    assert.deepEqual(Buffer.from(frames[0]?.payload ?? []), payload);
  }
});

test('C writes the same frames, and takes every field of a setup and a spec that TypeScript writes', () => {
  for (const { name, header, payload } of golden) {
    writeFileSync(join(folder, `${name}.frame`), encodeFrame(header, payload));
  }
  const spec = LoaderSpecSchema.parse(JSON.parse(readFileSync(SPEC, 'utf8')));
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
  const setup = LoaderSetupSchema.parse(JSON.parse(readFileSync(SETUP, 'utf8')));
  writeFileSync(join(folder, 'setup.json'), JSON.stringify(setup));
  run(join(LOADER, 'build/golden-reader'), [FRAMES, folder]);
});

test('C sees a frame that differs in one bit and a spec whose field it does not know', () => {
  const [first] = golden;
  assert.ok(first);
  const bytes = encodeFrame(first.header, first.payload);
  bytes[20] = 1;
  writeFileSync(join(folder, `${first.name}.frame`), bytes);
  const reader = spawnSync(join(LOADER, 'build/golden-reader'), [FRAMES, folder], { encoding: 'utf8' });
  assert.equal(reader.status, 1);
  assert.match(reader.stderr, /events\.frame/);
  writeFileSync(join(folder, `${first.name}.frame`), encodeFrame(first.header, first.payload));
  const spec = JSON.parse(readFileSync(SPEC, 'utf8')) as Record<string, unknown>;
  writeFileSync(join(folder, 'spec.json'), JSON.stringify({ ...spec, another: true }));
  const again = spawnSync(join(LOADER, 'build/golden-reader'), [FRAMES, folder], { encoding: 'utf8' });
  assert.equal(again.status, 1);
  assert.match(again.stderr, /spec\.json/);
});

test('the placeholder of the trace tag is the same on both sides', () => {
  assert.ok(readFileSync(join(LOADER, 'src/setup.h'), 'utf8').includes(`"${TRACE_TAG_PLACEHOLDER}"`));
});

function run(program: string, args: string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(result.status, 0, `${program}: ${result.stderr}`);
}
